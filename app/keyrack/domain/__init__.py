"""What things are. Standard library only, no I/O; the time is passed in."""
