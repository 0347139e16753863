"""Other programs' configuration files: which there are, what they say, and how they are changed."""
