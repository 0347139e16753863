"""Filling `{name}` in templates. Not str.format: a file must not reach into objects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9_.]*)\}")


def names_in(template: str) -> set[str]:
    """The names that a template speaks of."""
    return set(_NAME.findall(template))


def names_within(value: Any) -> set[str]:
    """The same for every text in a JSON value."""
    if isinstance(value, str):
        return names_in(value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set[str]().union(*(names_within(item) for item in items))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its names replaced, once: a value that holds `{token}` stays as it is.

    Raises KeyError for a name without a value.
    """
    return _NAME.sub(lambda match: values[match[1]], template)
