"""Keeps of an edit of a large text only what is needed to reverse it: the part that it changed.

A backup of 65 MB for each change of ~/.claude.json would fill the disk, and contain what it does not need.
"""

from __future__ import annotations

from hashlib import sha256

from keyrack.domain.change import Around, Edit
from keyrack.domain.common_prefix import common_prefix
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret

LARGE = 1 << 20  # characters of a text; of a smaller one everything is kept
NEAR = 2000  # characters around the part


class Part(NamedTuple):
    """What differs between two texts, and what is next to it."""

    before: str
    old: str
    new: str
    after: str


def kept(edit: Edit, large: int = LARGE) -> Edit:
    """The edit without the rest of a large text, which it did not change."""
    if edit.old is None or edit.new is None or edit.around is not None or len(edit.old) < large:
        return edit
    old, new = edit.old.reveal(), edit.new.reveal()
    start, end = _ends(old, new)
    part = _part(old, new, start, end)
    around = Around(start, end, Secret(part.before), Secret(part.after), _digest(edit.old), _digest(edit.new))
    return edit._replace(old=Secret(part.old), new=Secret(part.new), around=around)


def is_old(edit: Edit, now: Secret | None) -> bool:
    """Is this the text before the edit?"""
    return now == edit.old if edit.around is None else now is not None and _digest(now) == edit.around.old


def is_new(edit: Edit, now: Secret | None) -> bool:
    """Is this the text after the edit?"""
    return now == edit.new if edit.around is None else now is not None and _digest(now) == edit.around.new


def old_of(edit: Edit, now: Secret | None) -> Secret | None:
    """The text before the edit, from the one after it."""
    if edit.around is None or now is None or edit.old is None:
        return edit.old
    text, end = now.reveal(), len(now) - edit.around.end
    return Secret("".join((text[: edit.around.start], edit.old.reveal(), text[end:])))


def part_of(edit: Edit) -> Part:
    """What an edit of a text that was there has changed."""
    assert edit.old is not None and edit.new is not None
    old, new = edit.old.reveal(), edit.new.reveal()
    if edit.around is not None:
        return Part(edit.around.before.reveal(), old, new, edit.around.after.reveal())
    return _part(old, new, *_ends(old, new))


def _part(old: str, new: str, start: int, end: int) -> Part:
    before, after = new[max(0, start - NEAR) : start], new[len(new) - end :][:NEAR]
    return Part(before, old[start : len(old) - end], new[start : len(new) - end], after)


def _ends(old: str, new: str) -> tuple[int, int]:
    """The lengths of the common beginning and end."""
    start = common_prefix(old, new)
    return start, common_prefix(old[start:][::-1], new[start:][::-1])


def _digest(text: Secret) -> str:
    return sha256(text.reveal().encode("utf-8", "surrogatepass")).hexdigest()
