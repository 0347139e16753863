"""Clearing credentials."""
