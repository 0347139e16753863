"""Giving credentials to other programs."""
