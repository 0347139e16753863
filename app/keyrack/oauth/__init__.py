"""What the protocol says. Decides, never connects."""
