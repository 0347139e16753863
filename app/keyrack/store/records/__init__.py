"""The non-secret facts about credentials, on disk."""
