"""Keeps credentials fresh, and tells people and programs what happened to them."""
