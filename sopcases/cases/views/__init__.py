"""The pages of a case, by what an officer does on them."""
