"""The data model. Standard library only, no I/O; the current time is passed in."""
