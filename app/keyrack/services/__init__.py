"""What keyrack knows about services, their tokens, and vendors of authorization servers."""
