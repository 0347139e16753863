"""Edits to another program's file that keep the rest of it byte for byte."""
