"""Lets an entry's program start its local process with `keyrack exec`, and removes its secrets from the file.

The rest of the file stays unchanged, byte for byte, and the new text is parsed as a check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from keyrack.domain import redaction
from keyrack.domain.errors import KeyrackError
from keyrack.domain.exec_words import wrapping
from keyrack.domain.model import EntrySecret, Source
from keyrack.domain.rewrite import Rewrite
from keyrack.domain.secret import MASK, Secret
from keyrack.sources.edit import ByHand, EditFields, EditToml
from keyrack.sources.programs import edit_of
from keyrack.sources.rewriting.diff import diff
from keyrack.sources.rewriting.edits import BOM, table_of, text_of
from keyrack.sources.rewriting.shortened import Shortened, shortened
from keyrack.sources.rewriting.wrap_json import argument_for, wrapped_json
from keyrack.system.files import Malformed

PLAIN_WORD = re.compile(r"[A-Za-z0-9._/\\\\:-]{1,200}")  # it has no room for a secret
Named = Mapping[EntrySecret, str]  # secrets of one entry, with the name of each in the store


def _by_hand(source: Source, named: Named, secrets: str, keyrack: str) -> str:
    """Arguments come first: they are counted as they are in the file."""
    words = ", ".join(json.dumps(word) for word in (*wrapping(secrets), "PROGRAM"))
    steps = [
        f"write {json.dumps(argument_for(each, name))} for {each.reference}"
        for each, name in named.items()
        if not each.variable
    ]
    steps.append(f"set the command to {json.dumps(keyrack)}")
    steps.append(f"put {words} before its arguments, where PROGRAM is the old command")
    variables = [each.variable for each in named if each.variable]
    if variables:
        steps.append(f"delete {', '.join(variables)} from its environment")
    return f"keyrack does not change {source.path}. In the entry {source.name}: {'; '.join(steps)}."


def wrap(source: Source, named: Named, secrets: str, keyrack: str) -> Rewrite | str:
    """What `operations.ports.Rewriting.wrap` says."""
    how = edit_of(source.client)
    if isinstance(how, ByHand):
        return _by_hand(source, named, secrets, keyrack)
    table = table_of(source, how.root)
    if not table:
        raise KeyrackError(f"keyrack can't change {source.path}.")
    old = text_of(source)
    short = Shortened(old.removeprefix(BOM))
    parts = redaction.JSON_PARTS
    try:
        if isinstance(how, EditToml | EditFields):
            from keyrack.sources.rewriting.wrap_toml import wrapped_toml

            parts = redaction.TOML_PARTS
            change = wrapped_toml(short.text, table, source, named, secrets, keyrack)
        else:
            commas = getattr(how, "commas", True)
            short = shortened(short.text, table)
            change = wrapped_json(short.text, table, source, named, secrets, keyrack, commas=commas)
    except Malformed as error:
        raise KeyrackError(f"{source.path} can't be changed: {error}") from None
    program = [change.program] if PLAIN_WORD.fullmatch(change.program) else []
    written = (
        keyrack,
        *program,
        *wrapping(secrets),
        *(argument_for(each, name) for each, name in named.items()),
    )
    shown = {quoted: quoted for word in written for quoted in (json.dumps(word), f"'{word}'")}
    shown |= {
        literal: json.dumps(f"{before}{MASK}", ensure_ascii=False) for literal, before in change.literals
    }
    before, after = (redaction.shown_file(each, parts, shown) for each in (short.text, change.text))
    new = short.whole(change.text)
    left = _lines_with(new, [each.value for each in named])
    return Rewrite(
        source,
        tuple(diff(source.path, before, after)),
        left,
        Secret(old),
        Secret(BOM + new if old.startswith(BOM) else new),
        change.steps,
    )


def _lines_with(text: str, values: Sequence[Secret]) -> tuple[int, ...]:
    found = [each.reveal() for each in values if len(each) >= redaction.SHORTEST_WORD]
    found = [each for each in found if each in text]
    lines = text.split("\n") if found else []
    return tuple(i for i, line in enumerate(lines, 1) if any(each in line for each in found))
