"""Readers of other programs' configuration files, one file per program."""
