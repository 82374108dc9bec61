"""The pages of letters and of the register of numbers."""
