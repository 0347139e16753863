"""JSON documents from servers: read with distrust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 2_000  # characters of one string that is kept
MAX_ITEMS = 1_000  # members of one list that are looked at


class BadDocument(Exception):
    """Why a document can't be used, as the end of a sentence."""


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object, or BadDocument."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadDocument("is not JSON") from None
    if not isinstance(value, dict):
        raise BadDocument("is JSON, but no object")
    return value


def text(document: Mapping[str, Any], key: str) -> str | None:
    """A non-empty string of bearable length, else None."""
    value = document.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def texts(document: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """A list's strings; None when the field is absent or no list."""
    value = document.get(key)
    if not isinstance(value, list):
        return None
    return tuple(item for item in value[:MAX_ITEMS] if isinstance(item, str) and 0 < len(item) <= MAX_TEXT)


def said(document: Mapping[str, Any]) -> str:
    """An OAuth error (RFC 6749, section 5.2) as words: `error: description`, shortened."""
    parts = [part for part in (text(document, "error"), text(document, "error_description")) if part]
    return ": ".join(parts)[:300]
