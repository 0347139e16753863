"""Puts the key that does the same before each of keyrack's commands in a hint."""

from __future__ import annotations

import re
from collections.abc import Mapping

from keyrack.tui.kit import keymap

# The list's bindings by the verb that does the same. What `doctor` tells is in two places.
_BINDINGS = {
    "login": "login",
    "set": "token",
    "refresh": "refresh",
    "check": "check",
    "clear": "clear",
    "adopt": "adopt",
    "import": "import",
    "publish": "publish",
    "connect": "connect",
    "accounts": "accounts",
    "undo": "undo",
    "clients": "clients",
    "vault": "unlock",
    "add": "add",
    "edit": "edit",
    "remove": "remove",
}
IN_LIST = " in the list"
_COMMAND = re.compile(
    r"(?P<run>[Rr]un(?: this first)?:? |(?<=: )|(?<=:\n))keyrack (?P<verb>[a-z]+)(?P<rest>[^\n]*)"
)


def list_keys() -> dict[str, str]:
    """The list's key for each verb that has one."""
    known = {binding.id for binding in keymap.MAIN}
    return {verb: keymap.key_of(id) for verb, id in _BINDINGS.items() if id in known}


def keyed(hint: str, keys: Mapping[str, str] | None = None, where: str = "") -> str:
    """ "Run: keyrack login linear" becomes "Press l, or run: keyrack login linear".

    `keys`: those of the screen that shows it, by the command's verb; else the list's. `where`: where they
    have to be pressed, such as IN_LIST.
    """
    known = list_keys() if keys is None else keys

    def with_key(found: re.Match[str]) -> str:
        run, verb, rest = found["run"].strip(), found["verb"], found["rest"]
        key = known.get(verb)
        if verb == "doctor" and keys is None:
            key = keymap.key_of("look-again" if "file" in rest else "unlock")
        if not key:
            return found[0]
        begins = run[:1] == "R" or (not run and hint[: found.start()].endswith("\n"))
        press, word = "Press" if begins else "press", run.lower() or "run"
        return f"{press} {key}{where}, or {word} keyrack {verb}{rest}"

    return _COMMAND.sub(with_key, hint)


def in_receipt(detail: str) -> str:
    """The same in a receipt's line, where "keyrack undo reverses this" is a sentence of its own."""
    return keyed(detail, where=IN_LIST).replace(
        "keyrack undo reverses", f"{keymap.key_of('undo')} (keyrack undo) reverses"
    )
