"""Looks for the sentinel that every secret of a full home contains, as it is and encoded."""

from __future__ import annotations

import base64
import io
import logging
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest
from textual.dom import DOMNode

from keyrack.tui.app import KeyrackApp
from support.full_home import SENTINEL, FullHome

KEYRACKS_OWN = (".config/keyrack", ".local/share/keyrack", ".local/state/keyrack", ".cache/keyrack")


def _forms() -> dict[str, str]:
    """The sentinel's part that is the same wherever it stands, by encoding."""
    word = SENTINEL.encode()
    found = {"as it is": SENTINEL, "reversed": SENTINEL[::-1], "in hex": word.hex()}
    for shift in range(3):  # base64 looks different at each place modulo 3
        text = base64.b64encode(b"x" * shift + word).decode()
        whole = text[-(-shift * 4 // 3) : len(text) - 4]
        found[f"in base64, shifted by {shift}"] = whole
    return found


FORMS = _forms()


def found_in(text: str | bytes) -> str:
    """How the sentinel stands in a text, or ""."""
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    joined = re.sub(r"[\s│╭╮╰╯]+", "", text)  # it may be broken over several lines of a box
    return next((how for how, form in FORMS.items() if form in text or form in joined), "")


class Search:
    """Where the sentinel was found that it must not be in."""

    def __init__(self, home: FullHome, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.found: list[str] = []
        self.started: list[tuple[str, ...]] = []
        self._log = io.StringIO()
        handler = logging.StreamHandler(self._log)
        for name in (None, *logging.root.manager.loggerDict):
            logging.getLogger(name).addHandler(handler)
            patch.setattr(logging.getLogger(name), "level", logging.DEBUG)
        self._programs = {path for path in home.path.rglob("*") if path.is_file()}
        self._watch_processes(patch)

    def text(self, where: str, text: str | bytes) -> None:
        """Search one text."""
        if how := found_in(text):
            shown = text.decode("latin-1") if isinstance(text, bytes) else text
            line = next((line for line in shown.splitlines() if found_in(line)), shown)
            self.found.append(f"{where} ({how}): {line.strip()[:200]}")

    def everywhere(self, what: str) -> None:
        """Search the log and all files of keyrack's: records, events, settings, backups, the vault."""
        self.text(f"the log of {what}", self._log.getvalue())
        for folder in KEYRACKS_OWN:
            for path in (self.home.path / folder).rglob("*"):
                if path.is_file():
                    self.text(f"{path.relative_to(self.home.path)} after {what}", path.read_bytes())
                self.text(f"a file's name after {what}", str(path.relative_to(self.home.path)))

    def screen(self, what: str, app: KeyrackApp, text: str) -> None:
        """Search what is shown, a picture of it, messages, and all widgets with what they hold."""
        self.text(f"the screen after {what}", text)
        self.text(f"a picture after {what}", unescape(re.sub(r"<[^>]*>", "", app.export_screenshot())))
        for notice in app._notifications:
            self.text(f"a message after {what}", notice.message)
        for screen in app.screen_stack:
            for node in screen.walk_children(with_self=True):
                for name, value in _held_by(node):
                    self.text(f"{type(node).__name__}.{name} after {what}", value)

    def _watch_processes(self, patch: pytest.MonkeyPatch) -> None:
        start = subprocess.Popen.__init__

        def noting(process: Any, args: Any, *words: Any, **named: Any) -> None:
            argv = (args,) if isinstance(args, str | bytes) else tuple(map(str, args))
            self.started.append(tuple(map(str, argv)))
            self.text("a process's arguments", " ".join(map(str, argv)))
            self.text(f"the environment of {argv[0]}", repr(dict(named.get("env") or os.environ)))
            start(process, args, *words, **named)

        patch.setattr(subprocess.Popen, "__init__", noting)


def _held_by(node: DOMNode) -> Iterator[tuple[str, str]]:
    yield "repr", repr(node)
    for name in node._reactives:
        yield name, repr(getattr(node, name, None))
    for name, value in vars(node).items():
        plain = isinstance(value, str | bytes | tuple | list | Mapping)
        if plain or type(value).__module__.startswith(("keyrack.", "textual.content")):
            yield name, repr(value)
