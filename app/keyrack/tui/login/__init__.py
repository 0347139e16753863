"""The login, step by step."""
