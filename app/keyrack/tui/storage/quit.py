"""Asks before quitting if credentials are only in memory."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.tui.kit import keymap
from keyrack.tui.kit.confirm import ConfirmScreen

NAMED = 3  # of the servers
LOST = "{} only in memory, and lost when keyrack exits. To keep {}, cancel and press {} for a sealed vault."


class QuitScreen(ConfirmScreen):
    def __init__(self, lost: Sequence[str]) -> None:
        """`lost`: the servers whose credentials would be lost."""
        names = ", ".join(lost[:NAMED]) + (" …" if len(lost) > NAMED else "")
        one = len(lost) == 1
        what = f"The credential for {names} is" if one else f"The credentials for {names} are"
        question = LOST.format(what, "it" if one else "them", keymap.key_of("unlock"))
        super().__init__("Quit", "", question, "Quit", destroys=True)
