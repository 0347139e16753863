"""The place for secrets."""
