"""JSON documents from untrusted servers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from keyrack.domain.text import plain

MAX_TEXT = 2_000  # characters of one string that is kept
MAX_ITEMS = 1_000  # members of one list that are examined


class BadDocument(Exception):
    """Why a document can't be used, as the end of a sentence, and the setting that allows it."""

    def __init__(self, why: str, *, setting: str = "") -> None:
        super().__init__(why)
        self.setting = setting


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises BadDocument."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadDocument("is JSON, but not an object")
    return value


def read_json(body: bytes) -> Any:
    """Parse any JSON value. Raises BadDocument."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadDocument("is not JSON") from None


def text(document: Mapping[str, Any], key: str) -> str | None:
    """A non-empty string of reasonable length, or None."""
    value = document.get(key)
    return value if isinstance(value, str) and _bearable(value) else None


def texts(document: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """The strings of a list; None if the field is absent or not a list."""
    value = document.get(key)
    if not isinstance(value, list):
        return None
    return tuple(item for item in value[:MAX_ITEMS] if isinstance(item, str) and _bearable(item))


def number(document: Mapping[str, Any], key: str) -> float | None:
    """A finite number, which can be written as a string; otherwise None."""
    value = document.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):  # an integer of 400 digits is valid JSON
        return None
    return found if math.isfinite(found) else None


def _bearable(value: str) -> bool:
    """Not empty, not too long, and without lone surrogates, which can't be sent or stored."""
    return 0 < len(value) <= MAX_TEXT and not any("\ud800" <= char <= "\udfff" for char in value)


def said(document: Mapping[str, Any]) -> str:
    """An OAuth error (RFC 6749, section 5.2) as text: `error: description`, shortened and plain.

    For an error that is an object, its message.
    """
    inner = document.get("error")
    if isinstance(inner, dict):
        return plain(text(inner, "message") or "", 300)
    parts = [part for part in (text(document, "error"), text(document, "error_description")) if part]
    return plain(": ".join(parts), 300)
