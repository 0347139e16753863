"""The interface of the place for what the screen remembers."""

from __future__ import annotations

from typing import Protocol

from keyrack.domain.own_keys import OwnKeys
from keyrack.domain.remembered import Remembered


class ScreenState(Protocol):
    """The last of several screens wins."""

    def load(self) -> Remembered:
        """Read a small file. Never raises: what can't be read was never chosen."""
        ...

    def keys(self) -> OwnKeys:
        """The user's own keys. Never raises."""
        ...

    def save(self, remembered: Remembered) -> None:
        """Write to the disk, so not in the screen's thread. Never raises: nothing is lost but a choice."""
        ...


class NoScreenState:
    """For tests and the demo: nothing is remembered."""

    def load(self) -> Remembered:
        return Remembered()

    def keys(self) -> OwnKeys:
        return OwnKeys()

    def save(self, remembered: Remembered) -> None:
        pass
