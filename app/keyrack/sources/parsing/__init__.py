"""Parsing that the programs' files have in common: JSON with comments, variables, entries, headers."""
