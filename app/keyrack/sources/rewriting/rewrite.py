"""Replaces a secret in a program's file with the program's own reference to an environment variable.

The rest of the file stays unchanged, byte for byte, and the new text is parsed as a check.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

from keyrack.domain import redaction
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import EntrySecret, Header, Source
from keyrack.domain.rewrite import Rewrite, split
from keyrack.domain.secret import Secret
from keyrack.sources.edit import ByHand, EditFields, EditJson, NotMovable
from keyrack.sources.programs import edit_of
from keyrack.sources.rewriting import edit_json
from keyrack.sources.rewriting.applying import apply, is_there
from keyrack.sources.rewriting.diff import diff
from keyrack.sources.rewriting.edits import BOM, table_of, text_of
from keyrack.sources.rewriting.shortened import Shortened, shortened
from keyrack.system import files

__all__ = ["apply", "by_hand", "is_there", "prefix", "rewrite", "wrap"]

SHORTEST = 8  # characters a token must have to be looked for elsewhere in the file


def by_hand(header: Header, variable: str) -> str | None:
    """What the user must write in the file if keyrack does not edit it, otherwise None."""
    source = header.source
    how = edit_of(source.client) if source is not None else None
    if source is None or not isinstance(how, ByHand):
        return None
    value = split(header.value)[0] + how.reference.replace("NAME", variable)
    line = json.dumps({header.name: value})[1:-1]
    return (
        f"keyrack does not change {source.path}, because {how.because}. "
        f"Once the variable is set, put this there yourself: {line}"
    )


def prefix(header: Header) -> str:
    """What the variable must contain before the token.

    This is the scheme and a space if the file can't have them, otherwise "".
    """
    if header.source is None or not isinstance(edit_of(header.source.client), EditFields):
        return ""
    from keyrack.sources.rewriting.edit_toml import takes_bearer

    return "" if takes_bearer(header) else split(header.value)[0]


def rewrite(header: Header, variable: str, url: str) -> Rewrite:
    """The change that replaces the header's secret with `variable`. `url` is safe to show.

    Raises KeyrackError if that is not possible.
    """
    source = header.source
    if header.not_movable_because or source is None:
        raise KeyrackError(f"The {header.name} header can't be moved. {header.not_movable_because}".rstrip())
    how = edit_of(source.client)
    if isinstance(how, ByHand | NotMovable):
        raise KeyrackError(f"{source.path} can't be changed, because {how.because}".rstrip(".") + ".")
    old = text_of(source)
    short = Shortened(old.removeprefix(BOM))
    parts = redaction.JSON_PARTS
    try:
        if isinstance(how, EditJson):
            short = shortened(short.text, table_of(source, how.root))
            edit = edit_json.edit(short.text, header, variable, how)
        else:
            from keyrack.sources.rewriting import edit_toml

            parts = redaction.TOML_PARTS
            edit = edit_toml.edit(short.text, header, variable, how)
    except files.Malformed as error:
        raise KeyrackError(f"{source.path} can't be changed: {error}") from None
    new = short.whole(edit.text)
    shown = {each: each for each in (*edit.written, json.dumps(url))}
    shown[edit.literal] = json.dumps(header.reference, ensure_ascii=False)
    before, after = (redaction.shown_file(each, parts, shown) for each in (short.text, edit.text))
    return Rewrite(
        source,
        tuple(diff(source.path, before, after)),
        _lines_with(new, split(header.value)[1]),
        Secret(old),
        Secret(BOM + new if old.startswith(BOM) else new),
        edit.steps,
    )


def wrap(source: Source, named: Mapping[EntrySecret, str], secrets: str) -> Rewrite | str:
    """What `operations.ports.Rewriting.wrap` says."""
    from keyrack.sources.connecting import surroundings
    from keyrack.sources.connecting.connector import connect_of
    from keyrack.sources.rewriting import wrap as wrapping
    from keyrack.system.own_command import own_path

    # A program started from a desktop may not have the shell's PATH.
    change = wrapping.wrap(source, named, secrets, own_path(os.environ) or "keyrack")
    how = connect_of(source.client)
    missing = surroundings.needed(os.environ, sys.platform, how, helper=False) if how is not None else {}
    if not missing or isinstance(change, str):
        return change
    names = ", ".join(missing)
    note = (
        f"{source.client} does not give {names} to the server, without which keyrack finds no secrets there."
    )
    return change._replace(notes=(f"{note} Add {names} to the entry's environment.",))


def _lines_with(text: str, token: Secret) -> tuple[int, ...]:
    if len(token) < SHORTEST or token.reveal() not in text:
        return ()
    return tuple(i for i, line in enumerate(text.split("\n"), 1) if token.reveal() in line)
