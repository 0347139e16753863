"""Stores credentials: secrets in a keychain, a vault or memory, and the facts about them in records."""
