"""What a user can have done. Puts adapters in order.

Each operation takes `Adapters` first. They block (network, keychain), so a screen
runs them in a thread of its own.
"""
