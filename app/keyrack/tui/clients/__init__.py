"""The programs: the second view."""
