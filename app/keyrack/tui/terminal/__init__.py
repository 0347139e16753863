"""The terminal itself: what it sends, and that it may be gone."""
