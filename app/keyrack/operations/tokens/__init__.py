"""Getting, refreshing and setting tokens."""
