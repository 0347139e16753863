"""Entering and showing a token."""
