"""Changes to what other programs hold: take over, clear there, undo."""
