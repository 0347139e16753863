"""Adding, changing and removing servers of keyrack's own file, and opening files in an editor."""
