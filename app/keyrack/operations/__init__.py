"""The operations that both front ends offer: login, refresh, check, clear and others.

Each takes `Adapters` first. They block (network, keychain), so a screen runs them
in a separate thread.
"""
