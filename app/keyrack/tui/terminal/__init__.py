"""The terminal itself: reading its input, and noticing when it is gone."""
