"""Pieces of screens. They take domain objects and post messages."""
