"""Moves the secrets of a local process from its entries to the keychain, and has keyrack start it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keyrack.domain.errors import KeyrackError, StoreUnavailable
from keyrack.domain.model import CredentialKey, EntrySecret, Server, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.rewrite import Rewrite
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.change_files import change_files
from keyrack.operations.storage.unlock import require_ready
from keyrack.operations.tokens.secrets import save_secrets


class SecretSet(NamedTuple):
    """What is stored together. Entries with other values get a set of their own."""

    name: str
    values: Mapping[str, Secret]
    is_stored: bool  # something is stored for the server, and these values are added or replaced


class SecretsPlan(NamedTuple):
    server: Server
    sets: tuple[SecretSet, ...]
    changes: tuple[Rewrite, ...]  # to files
    by_hand: tuple[str, ...]  # what the user must do in files that keyrack does not edit
    left: tuple[str, ...]  # what stays, and why


def plan_secrets(adapters: Adapters, server: Server) -> SecretsPlan:
    """Find out what can be moved. Only reads files and records. Raises KeyrackError if nothing can."""
    by_source: dict[Source, list[EntrySecret]] = {}
    for each in server.entry_secrets:
        if not each.not_movable_because:
            by_source.setdefault(each.source, []).append(each)
    if not by_source:
        raise _nothing(server)
    named = {source: _named(secrets) for source, secrets in by_source.items()}
    sets, changes, by_hand = list[SecretSet](), list[Rewrite](), list[str]()
    left = [_left(each) for each in server.entry_secrets if each.not_movable_because]
    rewriting = adapters.rewriting()
    for source, names in named.items():
        values = {name: each.value for each, name in names.items()}
        found = next((each for each in sets if each.values == values), None)
        if found is None:
            found = _new_set(adapters, server, values, [each.name for each in sets])
            sets.append(found)
        change = rewriting.wrap(source, names, found.name)
        if isinstance(change, str):
            by_hand.append(change)
            continue
        changes.append(change)
        left += change.notes
        if change.lines:
            lines = ", ".join(str(line) for line in change.lines[:10])
            left.append(
                f"The same text also appears elsewhere in {source.path} and stays there: line {lines}."
            )
    if any(not each.variable and not each.is_passed_on for names in named.values() for each in names):
        left.append(
            "keyrack puts secrets back into the arguments, where other users of this machine see them."
        )
    return SecretsPlan(server, tuple(sets), tuple(changes), tuple(by_hand), tuple(left))


def adopt_secrets(adapters: Adapters, plan: SecretsPlan) -> Receipt:
    """Store the secrets, read them back, and only then change the files, after a sealed backup of each.

    Raises KeyrackError if they are not stored; then no file has been changed.
    """
    store = require_ready(adapters.credentials())
    if not store.persistent:
        raise KeyrackError("There is no permanent store for secrets here, so they stay in the file.")
    lines: list[Line] = []
    for each in plan.sets:
        saved = save_secrets(adapters, plan.server, each.name, each.values)
        lines.append(Line(f"Store {', '.join(each.values)}", "done", saved.store))
    what = f"Moved the secrets of {plan.server.name} out of a file"
    kept = "The secrets are stored, and are also still in the file."
    change_files(adapters, plan.server, plan.changes, what, kept, lines)
    return Receipt(tuple(lines))


def _named(secrets: Sequence[EntrySecret]) -> dict[EntrySecret, str]:
    """A name for each secret of an entry. Two with the same name and other values are told apart."""
    values: dict[str, Secret] = {}
    named: dict[EntrySecret, str] = {}
    # A variable must keep its name.
    for each in sorted(secrets, key=lambda each: not (each.variable or each.is_passed_on)):
        name, count = each.name, 1
        while name in values and (values[name] != each.value or each.variable or each.is_passed_on):
            count += 1
            name = f"{each.name}_{count}"
        values[name] = each.value
        named[each] = name
    return named


def _new_set(
    adapters: Adapters, server: Server, values: Mapping[str, Secret], planned: Sequence[str]
) -> SecretSet:
    records = adapters.credentials().records()
    if server.secrets and not planned:
        return SecretSet(server.secrets, values, CredentialKey.of_secrets(server.secrets) in records)
    taken = {each.secrets for each in adapters.read().servers} | set(planned)
    stem = server.entries[0].lstrip("-") if server.entries else server.name
    name, count = stem, 1
    while name in taken or _has_others(adapters, name, values):
        count += 1
        name = f"{stem}-{count}"
    return SecretSet(name, values, is_stored=False)


def _has_others(adapters: Adapters, name: str, values: Mapping[str, Secret]) -> bool:
    """Are other values stored under this name? They may be of an entry that is not seen in this folder."""
    key = CredentialKey.of_secrets(name)
    if key not in adapters.credentials().records():
        return False
    try:
        stored = adapters.credentials().load(key)
    except StoreUnavailable:
        return True
    before = dict(stored.fields) if stored is not None else {}
    return bool(before) and any(before.get(each) != value for each, value in values.items())


def _nothing(server: Server) -> KeyrackError:
    for each in server.entry_secrets:
        return KeyrackError(_left(each), hint="Use a variable of the program there instead.")
    return KeyrackError(
        f"No file contains a secret for {server.name} in plain text.",
        hint="Run keyrack doctor to see which files contain one.",
    )


def _left(secret: EntrySecret) -> str:
    where = f"{secret.name} is written in plain text in {secret.source.path}"
    return f"{where}. {secret.not_movable_because}"
