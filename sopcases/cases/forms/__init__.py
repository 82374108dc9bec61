"""What may be typed on the pages of a case. Only the shape: what may be done is for the verbs to say."""
