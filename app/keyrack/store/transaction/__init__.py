"""Saving, loading and deleting a credential so that a kill at any instant loses nothing."""
