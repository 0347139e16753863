"""Edits another program's file and keeps the rest of it the same, byte for byte."""
