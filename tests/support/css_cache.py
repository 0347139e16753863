"""Parses each stylesheet once for all apps of a test process; a real program has only one app."""

from __future__ import annotations

from functools import cache
from typing import Any

from textual.css.stylesheet import Stylesheet


@cache
def share_parsed_css() -> None:
    """Once per process; more calls change nothing."""
    parsed: dict[Any, Any] = {}
    parse = Stylesheet._parse_rules

    def once(sheet: Stylesheet, *words: Any, **named: Any) -> Any:
        variables = tuple(sorted(sheet._variables.items()))
        key = (variables, words, tuple(sorted(named.items())))
        if key not in parsed:
            parsed[key] = parse(sheet, *words, **named)
        return parsed[key]

    setattr(Stylesheet, "_parse_rules", once)  # noqa: B010
