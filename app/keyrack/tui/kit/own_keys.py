"""Checks the user's own keys. A key that can't be used is told in a sentence, and the usual one stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.binding import Binding
from textual.keys import Keys, key_to_character
from textual.widgets import Input

from keyrack.domain.text import plain
from keyrack.tui.kit import keymap

# Where a key destroys something or gives something away, it is the same for everyone, and the same as shown.
FIXED = {"ask-yes", "remove-yes", "remove-clear", "ways-vault", "ways-memory"}
MODIFIERS = {"ctrl", "alt", "shift", "super"}
# What a terminal can't tell from another key, or what moves between fields.
TAKEN = {"escape", "tab", "shift+tab", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket"}
_NAMES = {key.value.rpartition("+")[2] for key in Keys} | {"space"}


def usable(keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The keys that can be used, as Textual names them, by id; and a sentence for each other one."""
    known = _known()
    good: dict[str, str] = {}
    wrong: list[str] = []
    for name, text in keys.items():
        reason = _unusable(name, known, key := _named(text), text)
        if reason:
            wrong.append(f"keys.{plain(name)[:40]}: {reason}")
        else:
            good[name] = key
    while clash := next(_clashes(good), None):
        name, other = clash
        key = good.pop(name)
        wrong.append(f"keys.{name}: {key} is the key of “{other}” on the same screen.")
    return good, wrong


def changeable() -> dict[str, Binding]:
    """The bindings whose keys can be others, by id."""
    return {name: binding for name, binding in _known().items() if not _is_fixed(name, binding)}


def _known() -> dict[str, Binding]:
    every = [*keymap.PROGRESS.values(), *(binding for group in _groups() for binding in group)]
    known: dict[str, Binding] = {}
    for binding in every:
        if binding.id:  # on several screens if it means the same there: the first one is the list's
            known.setdefault(binding.id, binding)
    return known


def _is_fixed(name: str, binding: Binding) -> bool:
    return name in FIXED or "escape" in binding.key.split(",")


def _unusable(name: str, known: Mapping[str, Binding], key: str, text: str) -> str:
    """Why the key can't be used, as a sentence; "" if it can."""
    if name not in known:
        return f"There is no such action{_meant(name, known)}"
    if _is_fixed(name, known[name]):
        return "This key is the same for everyone, so that nothing is deleted by mistake."
    if not key:
        return f"{plain(text)[:20]!r} is not a key that a terminal sends."
    if known[name].key.startswith("ctrl+") and _is_typed(key):
        return f"{key} would be typed into the fields; choose one with ctrl or alt, or f1 to f12."
    if known[name].key.startswith("ctrl+") and key in _of_fields():
        return f"{key} is a key of the fields."
    return ""


def _meant(name: str, known: Mapping[str, Binding]) -> str:
    import difflib  # late: only needed for a mistake

    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean “{close[0]}”?" if close else "."


def _named(text: str) -> str:
    """The key as Textual names it; "" if there is none."""
    *modifiers, base = [*text.split("+")] if len(text) > 1 and not text.endswith("+") else [text]
    if base == ",":
        base = "comma"  # Textual takes it for the sign between two keys
    elif len(base) == 1 and base.isprintable():
        base = next(iter(Binding.make_bindings([Binding(base.lower() if modifiers else base, "")]))).key
    elif (base := base.lower()) not in _NAMES:
        return ""
    key = "+".join([*(each.lower() for each in modifiers), base])
    fine = all(each.lower() in MODIFIERS for each in modifiers) and key not in TAKEN
    return key if fine else ""


def _is_typed(key: str) -> bool:
    """Whether a field takes the key for text."""
    return "+" not in key and key_to_character(key) is not None


def _of_fields() -> set[str]:
    """The keys that change the text in a field, or move in it."""
    bindings = Binding.make_bindings([*Input.BINDINGS, *keymap.SECRET_INPUT])
    return {binding.key for binding in bindings}


def _groups() -> Iterator[list[Binding]]:
    """The bindings that are in force together."""
    for name, group in vars(keymap).items():
        if name.isupper() and isinstance(group, list):
            yield [*group, *keymap.APP, *(keymap.TABLE if group is keymap.MAIN else ())]


def _clashes(keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each id whose own key another binding of the same screen has, with that one's id or name."""
    for group in _groups():
        owners: dict[str, Binding] = {}
        for binding in group:
            for key in keys.get(binding.id or "", binding.key).split(","):
                owner = owners.setdefault(key, binding)
                same = owner.id == binding.id or owner.action == binding.action
                for one, other in ((binding, owner), (owner, binding)):
                    if not same and one.id is not None and one.id in keys:
                        yield one.id, other.id or other.description or other.action
