"""Choosing, opening, repairing and moving the store for secrets."""
