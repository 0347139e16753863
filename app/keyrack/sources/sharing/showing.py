"""The diff of a change to a row. It shows names and times, and no other value of the row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keyrack.domain import redaction
from keyrack.domain.change import Change
from keyrack.domain.secret import MASK
from keyrack.sources.rewriting.diff import diff
from keyrack.sources.tokens.layout import Row, field
from keyrack.wording.times import utc

NEW = f"{MASK} from keyrack"


def shown(change: Change, row: Row, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """`fields`: the new values by the layout's names for them; {} if the row is deleted."""
    public: dict[str, str] = {}
    before = _pretty(row.fields, row, {}, public)
    after = _pretty(row.fields, row, fields, public) if fields else ""
    where = " › ".join((change.held.place.name, *(str(key) for key in row.path if key != "\0json")))
    masked = [redaction.shown_file(each, redaction.JSON_PARTS, public) for each in (before, after)]
    lines = diff(where, *masked)
    return tuple(lines if after else [line for line in lines if line != "+"])


def _pretty(data: Mapping[str, Any], row: Row, new: Mapping[str, Any], public: dict[str, str]) -> str:
    """The row in lines, with readable times. `public` gets the strings that may be shown, as written."""
    layout = row.layout
    told: dict[str, Any] = json.loads(json.dumps(data))
    times = {layout.expires_at: layout.unit, layout.obtained_at: layout.unit}
    for name, value in new.items():
        _put(told, name, value if name in times or name == layout.expires_in else NEW)
    for name, unit in times.items():
        value = field(told, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = utc(value / unit)
            if moment:
                _put(told, name, moment)
                public[json.dumps(moment)] = json.dumps(moment)
    public[json.dumps(NEW, ensure_ascii=False)] = json.dumps(NEW, ensure_ascii=False)
    return json.dumps(told, indent=2, ensure_ascii=False)


def _put(data: dict[str, Any], dotted: str, value: Any) -> None:
    *outer, last = dotted.split(".")
    for key in outer:
        data = data[key]
    data[last] = value
