"""The list of servers."""
