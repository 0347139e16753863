"""Makes the steps of a change in a JSON text, and reverses them in a text that has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.held import Key
from keyrack.domain.secret import Secret
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.json_members import NoSuchMember

BOM = "\ufeff"


def applied(text: str, steps: Iterable[Step]) -> str:
    """The text after the steps. Raises NoSuchMember."""
    start = BOM if text.startswith(BOM) else ""
    text = text.removeprefix(BOM)
    for step in steps:
        if step.new is None:
            text = json_members.delete(text, step.path)
        else:
            text = json_members.set_value(text, step.path, step.new.reveal())
    return start + text


def reversed_in(text: str, steps: Sequence[Step]) -> tuple[str, int]:
    """The text with the old values where it still has the new ones, and the number of steps left alone."""
    start = BOM if text.startswith(BOM) else ""
    text = text.removeprefix(BOM)
    left = 0
    for step in reversed(steps):
        try:
            text = _reversed(text, _found(text, step, steps))
        except NoSuchMember:
            left += 1
    return start + text, left


def _reversed(text: str, step: Step) -> str:
    now = json_members.get(text, step.path)
    if not is_same(now, step.new):
        raise NoSuchMember
    if step.old is None:
        return json_members.delete(text, step.path)
    if now is None and isinstance(step.path[-1], int):
        return json_members.insert(text, step.path, step.old.reveal())
    return json_members.set_value(text, step.path, step.old.reveal())


def _found(text: str, step: Step, steps: Sequence[Step]) -> Step:
    """The step with the positions that the rows of arrays have now: others may have been added or removed."""
    place = next((i for i, key in enumerate(step.path) if isinstance(key, int)), None)
    if place is None:
        return step
    array, rest = step.path[:place], step.path[place + 1 :]
    if not rest and step.new is None:  # a deleted row, which is put back at the end if others are gone
        count = _length(text, array)
        if any(is_same(json_members.get(text, (*array, i)), step.old) for i in range(count)):
            raise NoSuchMember
        return step._replace(path=(*array, count))
    of_row = [each for each in steps if each.path[: place + 1] == step.path[: place + 1]]
    for i in (step.path[place], *range(_length(text, array))):
        moved = [each._replace(path=(*array, i, *each.path[place + 1 :])) for each in of_row]
        if any(is_same(json_members.get(text, each.path), each.new) for each in moved):
            return step._replace(path=(*array, i, *rest))
    raise NoSuchMember


def _length(text: str, array: Sequence[Key]) -> int:
    value = _parsed(json_members.get(text, array))
    return len(value) if isinstance(value, list) else 0


def is_same(now: str | None, then: Secret | None) -> bool:
    if now is None or then is None:
        return now is None and then is None
    return now == then.reveal() or _parsed(now) == _parsed(then.reveal()) is not None


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def reversed_region(now: str, old: str, new: str) -> str | None:
    """`now` with the part that differs between `new` and `old` as it is in `old`.

    For texts that are not JSON. The part is found with the text around it, of which as much must still be
    there that it is found only once; None if it is not.
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    before, after = new[:start], new[len(new) - end :] if end else ""
    was, is_now = old[start : len(old) - end], new[start : len(new) - end]
    for around in (2000, 200, 60, 20):
        wanted = before[-around:] + is_now + after[:around]
        if now.count(wanted) == 1:
            at = now.index(wanted) + len(before[-around:])
            return now[:at] + was + now[at + len(is_now) :]
    return None


def _common(first: str, second: str) -> int:
    """The length of the common prefix."""
    pairs = zip(first, second, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
