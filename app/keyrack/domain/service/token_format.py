"""Whether a token looks like one of its service. Hints and never a gate: vendors change their formats."""

from __future__ import annotations

import re

from keyrack.domain.secret import Secret
from keyrack.domain.service import Field, FormatHint, Service, WrongKind

_SHORTEST = 12  # characters; no service of ours has tokens this short


def format_hint(service: Service, secret: Secret, field: str = "") -> FormatHint:
    """How a secret looks in a field (default: the service's main one)."""
    text = secret.reveal()
    if not text:
        return FormatHint("unknown", "")
    key = field or service.main_field
    count = f"{len(text)} character{'s' if len(text) != 1 else ''}"
    hints = next((item for item in service.fields if item.key == key), Field(key, key))
    wrong = next((kind for kind in service.wrong_kinds if _is_kind(kind, hints, text)), None)
    if wrong:
        return FormatHint("wrong", wrong.sentence)
    if any(c.isspace() for c in text):
        return FormatHint("odd", f"{count} · contains a space or a line break")
    prefixes = hints.prefixes or (service.prefixes if key == service.main_field else ())
    if text.startswith(prefixes):
        return FormatHint("right", f"{count} · looks right")
    if hints.pattern and re.fullmatch(hints.pattern, text):
        return FormatHint("right", f"{count} · looks right")
    if hints.pattern:
        return FormatHint("odd", f"{count} · {_expected(hints)}")
    if prefixes:
        return FormatHint("odd", f"{count} · usually starts with {_either(prefixes)}")
    if hints.secret and len(text) < _SHORTEST:
        return FormatHint("odd", f"only {count}")
    return FormatHint("unknown", count)


def _is_kind(kind: WrongKind, field: Field, text: str) -> bool:
    if kind.field != field.key if kind.field else not field.secret:
        return False
    return text.startswith(kind.prefix) if kind.prefix else re.fullmatch(kind.pattern, text) is not None


def _expected(field: Field) -> str:
    return f"expected {field.hint}" if field.hint else "it does not look like one"


def _either(prefixes: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(prefixes[:-1]), prefixes[-1])))
