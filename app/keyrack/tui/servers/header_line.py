"""The first line: the number of servers, their states, and the store."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.storage import StoreState
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, key_hint, say
from keyrack.tui.kit.steady import update
from keyrack.tui.servers.listing import Counts
from keyrack.wording.glyphs import DONE, LOCKED, WARNING
from keyrack.wording.tones import Tone

ROOMY = 100  # columns from which there is room for more words
NARROW = 70  # columns below which what a key does to the keychain has no room


class HeaderLine(Horizontal):
    def __init__(self, banner: str) -> None:
        super().__init__()
        self._banner = banner
        self._store: StoreState | None = None
        self._counts: Counts | None = None
        self._left = Static(join(say("keyrack", Tone.KEY), *self._label()), id="summary")
        self._right = Static("", id="store")

    def compose(self) -> ComposeResult:
        yield self._left
        yield self._right

    def show_counts(self, counts: Counts) -> None:
        self._counts = counts
        words: list[Content] = [say(_many(counts.servers, "server"))]
        if counts.valid:
            words.append(say(f"{counts.valid} valid", Tone.GOOD))
        if counts.expiring:
            words.append(say(f"{counts.expiring} expiring", Tone.WARN))
        if counts.refreshable and self.size.width >= ROOMY:  # the least pressing goes first
            words.append(say(f"{counts.refreshable} refreshable", Tone.WARN))
        if counts.login:
            words.append(say(f"{counts.login} {'needs' if counts.login == 1 else 'need'} login", Tone.BAD))
        told = join(say("keyrack", Tone.KEY), *self._label(), "   ", say(" · ", Tone.DIM).join(words))
        update(self._left, told)

    def show_store(self, store: StoreState) -> None:
        self._store = store
        self._right.update(_store(store, self.size.width))

    def on_resize(self) -> None:
        if self._store is not None:
            self.show_store(self._store)
        if self._counts is not None:
            self.show_counts(self._counts)

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
