"""A service's page in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.content import Content

from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import join, say
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.tui.kit.dialog import Dialog


def page_words(url: str) -> Content:
    """Its address, and the key that opens it."""
    page = say(url.removeprefix("https://"), Tone.BUSY, limit=200)
    return join(page, "  ", say("[o]", Tone.KEY), say(" Open", Tone.DIM))


def open_page(dialog: Dialog[Any], url: str) -> None:
    """Only ever on the user's key."""
    host = dialog.host

    def opened(done: bool) -> None:
        if not done:
            host.say(f"No browser could be opened. Open {url}", severity="warning")

    in_background(dialog, lambda: host.adapters().browse(url), opened, host.say_error)
