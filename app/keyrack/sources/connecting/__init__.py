"""Writes the entries by which other programs take their token from keyrack, and takes them back."""
