"""Choosing, opening and changing the place for secrets."""
