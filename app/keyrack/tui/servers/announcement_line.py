"""The line below the header: what happened to a credential that a person has to see to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from keyrack.domain.hooks import NoticeKind
from keyrack.domain.status import State
from keyrack.operations.watch.announce import what_happened
from keyrack.operations.watch.notices import Notice
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, key_hint, say
from keyrack.tui.kit.steady import update
from keyrack.tui.servers.header_line import HeaderLine
from keyrack.wording.states import STATES
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from textual.screen import Screen

STATE = {NoticeKind.LOGIN_NEEDED: State.LOGIN_NEEDED, NoticeKind.EXPIRING: State.EXPIRING}
MARGINS = 2  # columns


class AnnouncementLine(Static):
    """It has a place only while there is something to tell, and moves the rows instead of covering them."""


def show_announcements(screen: Screen[None], notices: Sequence[Notice], now: float) -> None:
    """Show the first of these notices, and how many more there are. Without any, the line goes."""
    shown = screen.query(AnnouncementLine)
    if not notices:
        shown.remove()
        return
    words = line_words(notices, now, screen.size.width - MARGINS)
    if shown:
        update(shown.first(), words)
    else:
        screen.mount(AnnouncementLine(words), after=screen.query_one(HeaderLine))


def line_words(notices: Sequence[Notice], now: float, width: int) -> Content:
    """On one line of so many columns. The sentence is cut, and not the keys."""
    notice, *more = notices
    look = STATES[STATE[notice.kind]]
    sentence = join(
        say(f"{look.glyph} ", look.tone),
        say(notice.row.server.display_name, Tone.STRONG, limit=100),
        ": ",
        say(what_happened(notice, now)),
    )
    rest = say(f"  +{len(more)} more", Tone.DIM) if more else ""
    keys = join(
        rest,
        "  ",
        key_hint(keymap.key_of("next-need"), "Go there"),
        "  ",
        key_hint(keymap.key_of("stop"), "Hide"),
    )
    room = width - keys.cell_length
    return join(sentence.truncate(max(room, 0), ellipsis=True), keys)
