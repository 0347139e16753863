"""Edits another program's file, and leaves the rest unchanged, byte for byte."""
