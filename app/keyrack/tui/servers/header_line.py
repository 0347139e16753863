"""The first line: the number of servers, what needs doing, and the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.needs import Need
from keyrack.domain.storage import StoreState
from keyrack.operations.servers.needs import counted, need_of
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, key_hint, say
from keyrack.tui.kit.steady import update
from keyrack.tui.servers.listing import servers_in
from keyrack.wording.glyphs import DONE, LOCKED, WARNING
from keyrack.wording.needs import need_parts
from keyrack.wording.states import IN_PLAIN_TEXT
from keyrack.wording.tones import Tone

ROOMY = 100  # columns from which there is room for more words
BESIDE = 4  # columns: the margins, and the space between the two
NARROW = 70  # columns below which what a key does to the keychain has no room


class HeaderLine(Horizontal):
    def __init__(self, banner: str) -> None:
        super().__init__()
        self._banner = banner
        self._store: StoreState | None = None
        self._servers = 0
        self._needs: Mapping[Need, int] | None = None  # None: not read yet
        self._plain = 0  # servers with secrets in plain text
        self._left = Static(join(say("keyrack", Tone.KEY), *self._label()), id="summary")
        self._right = Static("", id="store")

    def compose(self) -> ComposeResult:
        yield self._left
        yield self._right

    def show_rows(self, rows: Collection[Row], now: float, unread: Collection[str]) -> None:
        """Count what needs doing at `now` (Unix seconds). `unread`: as for `need_of`."""
        self._servers = servers_in(rows)
        self._needs = counted(need_of(row, now, unread=unread) for row in rows)
        self._plain = sum(row.status.plain_text and not row.server.is_off for row in rows)
        self._show_left()

    def show_store(self, store: StoreState) -> None:
        self._store = store
        self._right.update(_store(store, self.size.width))
        self._show_left()

    def on_resize(self) -> None:
        if self._store is not None:
            self.show_store(self._store)
        self._show_left()

    def _show_left(self) -> None:
        """As much of what needs doing as there is room for: the least pressing goes first."""
        if self._needs is None:
            return
        needs = [say(words, tone) for words, tone in need_parts(self._needs)]
        if self._plain:
            needs.append(say(f"{self._plain} {IN_PLAIN_TEXT}", Tone.WARN))
        if not needs and self._servers:
            needs = [say("nothing to do", Tone.GOOD)]
        head = join(say("keyrack", Tone.KEY), *self._label(), "   ")
        found = [say(_many(self._servers, "server")), *needs]
        store = _store(self._store, self.size.width).cell_length if self._store is not None else 0
        room = self.size.width - store - BESIDE
        line = join(head, say(" · ", Tone.DIM).join(found))
        while len(found) > 2 and line.cell_length > room:
            found.pop()
            line = join(head, say(" · ", Tone.DIM).join(found))
        update(self._left, line, layout=False)

    def _label(self) -> list[Content]:
        return [say(f" {self._banner}", Tone.WARN)] if self._banner else []


def _store(store: StoreState, width: int) -> Content:
    wide = width >= ROOMY
    head = say("Keychain: " if wide and store.kind == "keychain" else "", Tone.DIM)
    key = keymap.key_of("unlock")
    if store.locked:
        shut = say(f"{LOCKED} {store.name} locked", Tone.WARN)
        if width < NARROW:
            return join(shut, ": ", say(key, Tone.KEY))
        return join(head, shut, say(" · ", Tone.DIM), key_hint(key, "unlock"))
    if not store.ready:
        what = "no keychain" if store.name == "none" else f"{store.name} not ready"
        if store.undecided:
            what = "config.toml has errors"
        help = key_hint(key, "why" if store.undecided else "other stores")
        todo = (say(" · ", Tone.DIM), help) if wide else (": ", say(key, Tone.KEY))
        return join(say(f"{WARNING} {what}", Tone.WARN), *todo)
    if not store.persistent:
        return say("in memory until you quit" if wide else "in memory", Tone.WARN)
    return join(head, say(store.name), " ", say(DONE, Tone.GOOD))


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
