"""What a store says of itself and of what it did."""

from typing import NamedTuple


class StoreState(NamedTuple):
    """The keychain, for the header line."""

    name: str  # "Secret Service", "macOS Keychain", "memory", "none"
    ready: bool
    persistent: bool = True
    locked: bool = False
    reason: str = ""  # a sentence when it is not ready


class Removal(NamedTuple):
    """What became of a delete."""

    deleted: bool  # something was there and is gone
    verified: bool  # looked again, and nothing is there
    reason: str = ""
