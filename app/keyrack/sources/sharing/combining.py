"""Combines the edits of a publication with those of the one before, so that one undo reverses both."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.domain.change import Edit, Step
from keyrack.domain.parts import is_new, old_of
from keyrack.domain.secret import Secret
from keyrack.sources.rewriting.steps import is_same, reversed_in, values


def combined(earlier: Sequence[Edit], edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """`edits` with the old content from before the `earlier` ones.

    If the row no longer has what was published, the program has logged in itself, and `edits` stay as they
    are: an undo brings that login back.
    """
    before = {_where(edit): edit for edit in earlier}
    found: list[Edit] = []
    for edit in edits:
        first = before.pop(_where(edit), None)
        both = edit if first is None else _combined(first, edit)
        if both is None:
            return edits
        found.append(both)
    return (*found, *before.values())


def _where(edit: Edit) -> tuple[str, ...]:
    item = edit.place.item
    return (edit.place.path,) if item is None else (item.service, item.account, item.id)


def _combined(first: Edit, edit: Edit) -> Edit | None:
    """None if the earlier edit is not in place any more."""
    if first.new is None or edit.old is None or edit.new is None:
        return None
    if not first.steps:  # a file that was created
        return edit._replace(old=old_of(first, edit.old), steps=()) if is_new(first, edit.old) else None
    there = zip(values(edit.old.reveal(), first.steps), first.steps, strict=True)
    if any(not is_same(now, step.new) for now, step in there):
        return None
    old, _ = reversed_in(edit.old.reveal(), first.steps)
    there = zip(values(edit.new.reveal(), first.steps), first.steps, strict=True)
    steps = [step._replace(new=_secret(now)) for now, step in there]
    more = [step for step in edit.steps if not any(_is_in(step, each) for each in first.steps)]
    return edit._replace(old=Secret(old), steps=(*steps, *more))


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


def _is_in(step: Step, other: Step) -> bool:
    return step.path[: len(other.path)] == other.path
