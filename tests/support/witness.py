"""Watches an application in a full home, and says what happened that must not.

It shares no code with the keyboard that it watches: it notes by itself when each screen was first drawn and
which input came last, and compares the store and the other programs' files with what they were before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import pytest
from textual import events
from textual._time import get_time
from textual.screen import Screen

from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.operations.tokens import set_token as set_token_op
from keyrack.operations.tokens.set_token import Typed
from keyrack.tui.app import KeyrackApp
from keyrack.tui.kit.keyboard import Keyboard
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.sharing.publish import PublishScreen
from keyrack.tui.terminal.clipboard import Clipboard
from support.full_home import SENTINEL, FullHome

T = TypeVar("T")
PAUSE = 0.3  # seconds that a screen must have been on show before a key of it does harm
# The inputs that may lead to the browser: a login's, a page's, and a click.
OPENS_BROWSER = {"l", "o", "ctrl+o", "n", "h", "s", "enter", "space", "ctrl+s", "click"}
SHOWS_TOKEN = {"RevealScreen"}


class AheadClock:
    """The time of the keyboard; a test moves it on, so that it needs not wait."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return get_time() + self.ahead


class Input(NamedTuple):
    """A key or click that a screen took."""

    name: str
    at: float
    screen: Screen[Any]


class Confirmed(NamedTuple):
    """A dialog that was answered with anything but Cancel."""

    kind: str
    keys: set[CredentialKey]  # whose credentials may go, once
    paths: set[str]  # of the files that may change, once


class Witness:
    def __init__(self, home: FullHome, clock: AheadClock, patch: pytest.MonkeyPatch) -> None:
        self.home, self.clock = home, clock
        self.wrong: list[str] = []
        self.confirmed: list[Confirmed] = []
        self.deleted: list[CredentialKey] = []
        self.changed: list[str] = []
        self.copied: list[str] = []
        self._drawn: WeakKeyDictionary[Screen[Any], float] = WeakKeyDictionary()
        self._last = Input("nothing", 0.0, None)  # type: ignore[arg-type]
        self._listed = 0  # sign-in pages that a confirmed dialog has listed, and that have not opened yet
        self._openers = 0  # inputs since the last look that may open a browser
        self._browsed = 0
        self._published: set[str] = set()
        self._kept = home.stored()
        self._files = dict(self._look_at_files())
        self._watch(patch)

    # -- what it notes

    def _watch(self, patch: pytest.MonkeyPatch) -> None:
        def wrap(kind: Any, name: str, before: Any = None, after: Any = None) -> None:
            real = getattr(kind, name)

            def call(this: Any, *words: Any, **named: Any) -> Any:
                if before is not None:
                    before(this, *words)
                found = real(this, *words, **named)
                if after is not None:
                    after(this, found, *words)
                return found

            patch.setattr(kind, name, call)

        patch.setattr("keyrack.tui.kit.keyboard.get_time", self.clock)
        wrap(KeyrackApp, "post_display_hook", before=self._saw)
        wrap(Keyboard, "passes", after=self._took_key)
        wrap(Keyboard, "too_early", after=self._took_click)
        wrap(Screen, "dismiss", before=self._dismissed)
        wrap(Clipboard, "_put", before=self._copied)
        wrap(set_token_op, "set_token", before=self._entered)
        patch.setattr(threading, "excepthook", self._broke)

    def _entered(self, adapters: object, server: object, typed: Typed) -> None:
        """A token may be any keys that were pressed in the form."""
        self.home.typed += [secret.reveal() for secret in typed.fields.values()]

    def _copied(self, clipboard: Clipboard, text: str) -> None:
        self.copied.append(text)
        if SENTINEL in text and not any(each.kind == "ConfirmScreen" for each in self.confirmed):
            self.wrong.append("a secret was copied, and nobody was asked")

    def _broke(self, found: Any) -> None:
        self.wrong.append(f"in a thread: {found.exc_value!r}")

    def _saw(self, app: KeyrackApp) -> None:
        screen = app.screen_stack[-1] if app.screen_stack else None
        if screen is not None and not getattr(screen, "reading", False):
            self._drawn.setdefault(screen, self.clock())

    def _took_key(self, keyboard: Keyboard, taken: bool, event: Any) -> None:
        if taken and not event.is_forwarded:
            self._took(keyboard, event.key if isinstance(event, events.Key) else "paste", event.time)

    def _took_click(self, keyboard: Keyboard, early: bool, event: Any) -> None:
        if not early:
            self._took(keyboard, "click", event.time)

    def _took(self, keyboard: Keyboard, name: str, at: float) -> None:
        stack = keyboard._app.screen_stack
        if stack:
            self._last = Input(name, at, stack[-1])
            self._openers += name in OPENS_BROWSER

    def _dismissed(self, screen: Screen[Any], result: Any = None, *_: Any) -> None:
        if not getattr(screen, "GUARDED", False) or not result:
            return
        if isinstance(screen, LoginStartScreen):
            self._listed += sum(len(group.rows) for group in screen._groups)
        kind, last = type(screen).__name__, self._last
        drawn = self._drawn.get(screen)
        if last.screen is not screen or drawn is None or last.at < drawn + PAUSE:
            late = "never" if drawn is None else f"{last.at - drawn:.3f} s"
            self.wrong.append(f"{kind} was answered by {last.name}, {late} after it was drawn")
        about = [getattr(screen, name, None) for name in ("_row", "_rows", "_server")]
        found = list(_parts((result, *about)))
        keys = {part.key for part in found if hasattr(part, "key") and isinstance(part.key, CredentialKey)}
        texts = {part for part in found if isinstance(part, str)}
        here = str(self.home.path)
        paths = {text for text in texts if text.startswith(("/", "~"))}
        paths = {path.replace("~", here, 1) for path in paths}
        if isinstance(screen, PublishScreen):
            self._published |= paths
        self.confirmed.append(Confirmed(kind, keys, paths))

    # -- what must not be

    def look(self) -> None:
        """Compare everything with what it was at the last look."""
        self._look_at_browser()
        for path, text in self._look_at_files():
            if self._files.get(path) == text:
                continue
            self.changed.append(path)
            self._files[path] = text
            used = _take(path, (each.paths for each in self.confirmed))
            if not used and path not in self._published:
                self.wrong.append(f"{path} was changed, and no dialog about it was confirmed")
        stored = self.home.stored()
        if not self.home.store.state().ready:
            return  # the vault is locked
        for key, before in self._kept.items():
            now = stored.get(key)
            if now is None:
                self.deleted.append(key)
                if not _take(key, (each.keys for each in self.confirmed)):
                    self.wrong.append(f"{key} is gone, and nobody confirmed that")
            elif now.tokens != before.tokens:
                self._look_at_change(key, before, now)
        self._kept = stored

    def _look_at_change(self, key: CredentialKey, before: StoredCredential, now: StoredCredential) -> None:
        token = now.tokens.access_token.reveal()
        if token not in self.home.issued and token not in self.home.typed:
            self.wrong.append(f"the credential of {key.url} became something that nobody issued or typed")
        same = before.credential.kind == now.credential.kind == "oauth"
        lost = before.tokens.refresh_token if same and now.tokens.refresh_token is None else None
        # The undo of a move gives it back to the program, and a refresh token has one owner.
        if lost is not None and not any(lost.reveal().encode() in text for text in self._files.values()):
            self.wrong.append(f"the refresh token of {key.url} is gone")

    def _look_at_browser(self) -> None:
        opened, self._browsed = self.home.browsed[self._browsed :], len(self.home.browsed)
        unasked = max(len(opened) - self._openers, 0)
        listed = min(unasked, self._listed)
        self._listed -= listed
        if unasked > listed:
            self.wrong.append(f"the browser opened {opened}, and no key had asked for that")
        self._openers = 0

    def look_at_screen(self, app: KeyrackApp, text: str) -> None:
        """No secret is on the screen, unless the user asked to see it."""
        if SENTINEL in text.replace("\n", "") and type(app.screen).__name__ not in SHOWS_TOKEN:
            self.wrong.append(f"a secret is on {type(app.screen).__name__}")

    def _look_at_files(self) -> Iterator[tuple[str, bytes]]:
        """The other programs' files, and not keyrack's own."""
        for path in sorted(self.home.path.rglob("*")):
            if path.is_file() and "keyrack" not in path.relative_to(self.home.path).parts:
                yield str(path), path.read_bytes()


def _take(wanted: T, sets: Iterable[set[T]]) -> bool:
    """Take it out of the first of these that has it; False if none has."""
    found = next((each for each in sets if wanted in each), None)
    if found is not None:
        found.remove(wanted)
    return found is not None


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    """A value and all that it is made of."""
    yield value
    if isinstance(value, Path):
        yield str(value)
    elif isinstance(value, tuple | list | frozenset | set) and depth < 8:
        for each in value:
            yield from _parts(each, depth + 1)
