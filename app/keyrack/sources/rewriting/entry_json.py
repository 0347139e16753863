"""Sets and deletes fields of an entry in a JSON file; everything else stays, with its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.held import Key
from keyrack.domain.secret import Secret
from keyrack.sources.parsing import jsonc
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.spans import TOKEN
from keyrack.system.files import Malformed

Path = tuple[str, ...]


def steps_for(text: str, path: Path, fields: Mapping[str, Any], drops: Sequence[Path]) -> tuple[Step, ...]:
    """What makes the entry at `path` have these fields, and not those in `drops`.

    Raises NoSuchMember if what should contain the entry is something else.
    """
    if json_members.get(text, path) is None:
        return (_added(text, path, dict(fields)),)
    steps: list[Step] = []
    for name, value in fields.items():
        made = _set(text, (*path, name), json.loads(json.dumps(value)))
        steps += made
        text = applied(text, made)
    for drop in drops:  # at the end: new fields are written in the style of those that are there
        where = _emptied(text, path, drop)
        old = json_members.get(text, where)
        if old is not None:
            steps.append(Step(where, Secret(old), None))
            text = applied(text, steps[-1:])
    return tuple(steps)


def _set(text: str, where: Path, value: Any) -> list[Step]:
    """What makes the member have this value. Of an object only the members change that have to, so that the
    comments in it stay."""
    old = json_members.get(text, where)
    now = _parsed(old)
    if old is not None and now == value:
        return []
    whole = Step(where, None if old is None else Secret(old), Secret(_written(text, len(where), value)))
    if not (now and isinstance(now, dict) and isinstance(value, dict)):
        return [whole]
    steps: list[Step] = []
    new = text
    for name, inner in value.items():
        made = _set(new, (*where, name), inner)
        steps += made
        new = applied(new, made)
    for name in [name for name in now if name not in value]:
        member = (*where, name)
        steps.append(Step(member, Secret(json_members.get(new, member) or ""), None))
        new = applied(new, steps[-1:])
    return steps if _parsed(json_members.get(new, where)) == value else [whole]


def applied(text: str, steps: Sequence[Step]) -> str:
    """The text after the steps. Comments beside what is deleted stay. Raises NoSuchMember."""
    for step in steps:
        if step.new is None:
            text = without(text, step.path)
        elif step.old is None:
            text = _with_last(text, step.path, step.new.reveal())
        else:
            text = json_members.set_value(text, step.path, step.new.reveal())
    return text


def _with_last(text: str, path: Sequence[Key], value: str) -> str:
    """The text with a new last member, after a comment that ends the line of the one before."""
    last = json_members.last_of(text, path[:-1]) if path else None
    if last is None:
        return json_members.set_value(text, path, value)
    after = _next(text, last.end)
    has_comma = text[after : after + 1] == ","
    at = after + 1 if has_comma else last.end
    line = re.compile(r"[ \t]*(?://[^\r\n]*|/\*(?:[^*\r\n]|\*(?!/))*\*/)?[ \t]*(?=\r?\n)").match(text, at)
    if line is None or "\n" not in text[last.container : last.start]:
        return json_members.set_value(text, path, value)
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = text[text.rfind("\n", 0, last.start) + 1 : last.start]
    if indent.strip():
        return json_members.set_value(text, path, value)
    key = json.dumps(path[-1], ensure_ascii=False)
    before = text[:at] + ("" if has_comma else ",") + text[at : line.end()]
    return f"{before}{newline}{indent}{key}: {value}{',' if has_comma else ''}{text[line.end() :]}"


def without(text: str, path: Sequence[Key]) -> str:
    """The text without the member at `path` and its comma. Raises NoSuchMember."""
    found = json_members.member_at(text, path)
    start, end = found.start, found.end
    after = _next(text, end)
    cuts = [(start, end)]
    if text[after : after + 1] == ",":
        cuts.append((after, after + 1))
    elif (before := _comma_before(text, found.container, start)) is not None:
        cuts.append((before, before + 1))
    for begin, stop in sorted(cuts, reverse=True):
        text = text[:begin] + text[stop:]
    shift = sum(1 for begin, _ in cuts if begin < start)
    return _without_blank_line(text, start - shift)


def _emptied(text: str, path: Path, drop: Path) -> Path:
    """The path of what goes: an object in which nothing would be left goes too."""
    where = (*path, *drop)
    while len(where) > len(path) + 1:
        outer = json_members.get(text, where[:-1])
        data = jsonc.parse(outer, comments=True, commas=True).data if outer is not None else None
        if not isinstance(data, dict) or not data.keys() <= {where[-1]}:
            break
        where = where[:-1]
    return where


def _added(text: str, path: Path, entry: Mapping[str, Any]) -> Step:
    """The entry, with the objects around it that are missing or have nothing in them."""
    value: Any = entry
    while len(path) > 1:
        outer = json_members.get(text, path[:-1])
        if outer is not None and not re.fullmatch(r"\{\s*\}", outer):
            break
        value, path = {path[-1]: value}, path[:-1]
        if outer is not None:
            return Step(path, Secret(outer), Secret(_written(text, len(path), value)))
    if len(path) == 1 and re.fullmatch(r"\s*\{\s*\}\s*", text):
        return Step((), Secret(text), Secret(_written(text, 0, {path[0]: value}) + "\n"))
    return Step(path, None, Secret(_written(text, len(path), value)))


def _written(text: str, depth: int, value: Any) -> str:
    """The value in the file's own style."""
    if isinstance(value, list) or "\n" not in text.strip():
        compact = "\n" not in text and text.strip() != "{}" and '": ' not in text
        if isinstance(value, list) or text.strip() != "{}":
            return json.dumps(value, ensure_ascii=False, separators=(",", ":") if compact else None)
    indent = re.search(r"\n([ \t]+)\S", text)
    unit = indent[1] if indent else "  "
    lines = json.dumps(value, ensure_ascii=False, indent=unit).split("\n")
    newline = "\r\n" if "\r\n" in text else "\n"
    return newline.join([lines[0], *(unit * depth + line for line in lines[1:])])


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else jsonc.parse(text, comments=True, commas=True).data
    except Malformed:
        return NoSuchMember  # it is written again


def _next(text: str, position: int) -> int:
    while (match := TOKEN.search(text, position)) is not None:
        if match.lastgroup != "comment":
            return match.start()
        position = match.end()
    return len(text)


def _comma_before(text: str, start: int, end: int) -> int | None:
    """The last comma between the start of the object and its last member."""
    found, depth = None, 0
    for match in TOKEN.finditer(text, start + 1, end):
        if match[0] in ("{", "["):
            depth += 1
        elif match[0] in ("}", "]"):
            depth -= 1
        elif match[0] == "," and depth == 0:
            found = match.start()
    return found


def _without_blank_line(text: str, at: int) -> str:
    """Remove the line at which a member was, if nothing else is in it."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    if end != -1 and start and not text[start:end].strip():
        return text[:start] + text[end + 1 :]
    return text
