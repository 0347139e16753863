"""Makes the steps of a change in a JSON text, and reverses them in a text that has changed since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.held import Key
from keyrack.domain.parts import NEAR, Part
from keyrack.domain.secret import Secret
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.shortened import BOM, shortened


def applied(text: str, steps: Sequence[Step]) -> str:
    """The text after the steps. Raises NoSuchMember."""
    start = BOM if text.startswith(BOM) else ""
    short = shortened(text.removeprefix(BOM), *(step.path for step in steps))
    text = short.text
    for step in steps:
        if step.new is None:
            text = json_members.delete(text, step.path)
        else:
            text = json_members.set_value(text, step.path, step.new.reveal())
    return start + short.whole(text)


def reversed_in(text: str, steps: Sequence[Step]) -> tuple[str, int]:
    """The text with the old values where it still has the new ones, and the number of steps left alone."""
    start = BOM if text.startswith(BOM) else ""
    short = shortened(text.removeprefix(BOM), *(step.path for step in steps))
    text, left = short.text, 0
    for step in reversed(steps):
        try:
            text = _reversed(text, _found(text, step, steps))
        except NoSuchMember:
            left += 1
    return start + short.whole(text), left


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


def values(text: str, steps: Sequence[Step]) -> list[str | None]:
    """What is at the path of each step; None where there is nothing."""
    short = shortened(text.removeprefix(BOM), *(step.path for step in steps))
    return [json_members.get(short.text, step.path) for step in steps]


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


def reversed_region(now: str, part: Part) -> str | None:
    """`now` with what an edit changed as it was before.

    For texts that are not JSON. The part is found with the text around it, of which as much must still be
    there that it is found only once; None if it is not.
    """
    for around in (NEAR, 200, 60, 20):
        before = part.before[-around:]
        wanted = before + part.new + part.after[:around]
        if now.count(wanted) == 1:
            at = now.index(wanted) + len(before)
            return now[:at] + part.old + now[at + len(part.new) :]
    return None
