"""Deleting and revoking credentials."""
