"""keyrack's own file and its settings."""
