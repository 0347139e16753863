"""How a token looks. Looks are hints and never a gate: vendors change their formats."""

from __future__ import annotations

import re

from keyrack.domain.secret import Secret
from keyrack.domain.service import Card, Field, Looks, WrongKind

_SHORTEST = 12  # characters; no service of ours has tokens this short


def looks(card: Card, secret: Secret, field: str = "") -> Looks:
    """How a secret looks in a field (default: the card's main one)."""
    text = secret.reveal()
    if not text:
        return Looks("unknown", "")
    key = field or card.main_field
    count = f"{len(text)} character{'s' if len(text) != 1 else ''}"
    hints = next((item for item in card.fields if item.key == key), Field(key, key))
    wrong = next((kind for kind in card.wrong_kinds if _is_kind(kind, hints, text)), None)
    if wrong:
        return Looks("wrong", wrong.sentence)
    if any(c.isspace() for c in text):
        return Looks("odd", f"{count} · contains a space or a line break")
    prefixes = hints.prefixes or (card.prefixes if key == card.main_field else ())
    if text.startswith(prefixes):
        return Looks("right", f"{count} · looks right")
    if hints.pattern and re.fullmatch(hints.pattern, text):
        return Looks("right", f"{count} · looks right")
    if hints.pattern:
        return Looks("odd", f"{count} · {_expected(hints)}")
    if prefixes:
        return Looks("odd", f"{count} · usually starts with {_either(prefixes)}")
    if hints.secret and len(text) < _SHORTEST:
        return Looks("odd", f"only {count}")
    return Looks("unknown", count)


def _is_kind(kind: WrongKind, field: Field, text: str) -> bool:
    if kind.field != field.key if kind.field else not field.secret:
        return False
    return text.startswith(kind.prefix) if kind.prefix else re.fullmatch(kind.pattern, text) is not None


def _expected(field: Field) -> str:
    return f"expected {field.hint}" if field.hint else "it does not look like one"


def _either(prefixes: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(prefixes[:-1]), prefixes[-1])))
