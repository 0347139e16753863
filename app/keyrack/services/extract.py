"""Extracts facts from a vendor's reply. Its text is untrusted: it is truncated and made printable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.domain.service import ReplyPath
from keyrack.domain.service.template import fill, names_in

Headers = Iterable[tuple[str, str]]

_LONGEST = 120  # characters kept of a vendor's text
_MOST_SCOPES = 200
_ZONE = re.compile(r"\s+(UTC|GMT|Z|[+-]\d\d:?\d\d)$")


def value_at(json: Any, path: str) -> Any:
    """The value at a dotted path ("result.status", "errors.0.message", "." for all), or None."""
    if path == ".":
        return json
    for step in path.split("."):
        if isinstance(json, dict):
            json = json.get(step)
        elif isinstance(json, list) and step.isdigit():
            json = json[int(step)] if int(step) < len(json) else None
        else:
            return None
    return json


def header_of(headers: Headers, name: str) -> str | None:
    """The first header of that name, in any case."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def words(value: Any) -> str:
    """A vendor's text, printable and short; "" for anything but text and numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: 4 * _LONGEST])
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def account_in(json: Any, templates: Iterable[str]) -> str:
    """The first of the templates that the reply can fill."""
    for template in templates:
        facts = {path: words(value_at(json, path)) for path in names_in(template)}
        if all(facts.values()):
            return fill(template, facts)
    return ""


def scopes_at(place: ReplyPath | None, headers: Headers, json: Any) -> tuple[str, ...]:
    """Scopes from a list, a text with commas or spaces, or the keys of a table."""
    if place is None:
        return ()
    found = header_of(headers, place.header) if place.header else value_at(json, place.json)
    if isinstance(found, str):
        found = re.split(r"[,\s]+", found)
    if not isinstance(found, list | Mapping):
        return ()
    names = (words(item) for item in found)
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_SCOPES]


def expiry_at(place: ReplyPath | None, headers: Headers, json: Any) -> float | None:
    """The expiry in Unix seconds; None if the reply has none."""
    if place is None:
        return None
    moment = moment_of(header_of(headers, place.header) if place.header else value_at(json, place.json))
    if moment is not None and place.ignore_equal:
        other = moment_of(header_of(headers, place.ignore_equal))
        if other is not None and abs(moment - other) < 1:
            return None
    return moment


def moment_of(value: Any) -> float | None:
    """Unix seconds of a timestamp in the forms that vendors use; None for anything else.

    Numbers (seconds or milliseconds), ISO 8601, "2026-12-01 09:30:00 UTC", HTTP dates. A date alone
    means its midnight UTC, when GitLab's tokens expire.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        seconds = value / 1000 if value > 1e11 else float(value)
        return seconds if 0 < seconds < 1e11 else None
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return moment_of(int(text))
    return _iso(text) or _http_date(text)


def _iso(text: str) -> float | None:
    from datetime import UTC, datetime

    zone = _ZONE.search(text)
    if zone:
        text = text[: zone.start()] + ("Z" if zone[1].isalpha() else zone[1])
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _http_date(text: str) -> float | None:
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
