"""The fixed network that looks at every image once."""
