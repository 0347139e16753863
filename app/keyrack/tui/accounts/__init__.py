"""A server's accounts."""
