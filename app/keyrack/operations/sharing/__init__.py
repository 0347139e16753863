"""Sharing tokens with other programs: see what they hold, take it over, publish, delete."""
