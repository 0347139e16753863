"""Backends for secrets: the operating system's keychain, and this process's memory."""
