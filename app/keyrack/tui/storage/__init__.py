"""Screens for the store: setting it up, unlocking it, and moving to another one."""
