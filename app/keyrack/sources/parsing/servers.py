"""Adds the servers of a file whose entries are written as most programs do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from keyrack.domain.model import Header
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing import entries, jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.headers import bearer_of

Entry = Mapping[str, Any]


class Form(NamedTuple):
    """How a program writes its entries, where that differs from the usual."""

    root: str = "mcpServers"
    comments: bool = True  # whether the program allows them
    commas: bool = True  # after the last item
    # Names of the address and of the command, best first. They replace the usual ones, so include "command".
    keys: Sequence[str] = entries.KEYS
    off: tuple[str, bool] | None = ("disabled", True)  # the field of a server that is switched off
    oauth: str = "oauth"  # the object that names an OAuth client
    redirect: tuple[str, int | None, str | None] = ("localhost", None, None)  # of that client
    bearer: str = ""  # the field that names the variable of a bearer token
    headers: Callable[[Fields], tuple[Header, ...]] | None = None  # from the program's own fields
    # Returns an entry as most programs write it, or None if it is no server.
    usual: Callable[[Entry], Entry | None] | None = None


def read_json(text: str, collector: Collector, form: Form) -> Any:
    """Add the servers of a JSON file, and return its data."""
    document = jsonc.parse(text, comments=form.comments, commas=form.commas)
    collector.repeated(document.repeated)
    add_all(collector.entries(collector.table(document.data, form.root)), collector, form)
    return document.data


def add_all(written: Iterable[tuple[str, Entry]], collector: Collector, form: Form) -> None:
    """Add the servers of these entries, each with its name."""
    for name, each in written:
        entry = each if form.usual is None else form.usual(each)
        if entry is None:
            continue
        collector.off = (name,) if form.off is not None and each.get(form.off[0]) is form.off[1] else ()
        fields = Fields(entry, collector, name)
        client = None
        if not isinstance(entry.get(form.oauth), bool):  # whether to use OAuth at all
            client = oauth_client.settings_of(fields.sub(form.oauth))
        entries.add(
            collector,
            name,
            entry,
            client=oauth_client.registered_with(client, *form.redirect),
            headers=_headers(fields, form),
            keys=form.keys,
        )


def _headers(fields: Fields, form: Form) -> tuple[Header, ...]:
    if form.headers is not None:
        return form.headers(fields)
    return bearer_of(fields, form.bearer) if form.bearer else ()


def split_command(entry: Entry) -> Entry:
    """An entry whose command is a list of the program and its arguments, with the command as usual."""
    words = entry.get("command")
    if not isinstance(words, list) or not words:
        return entry
    return {**entry, "command": words[0], "args": words[1:]}
