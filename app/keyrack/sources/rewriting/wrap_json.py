"""`wrap` for JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.errors import KeyrackError
from keyrack.domain.exec_words import placeholder, unwrapped, wrapping
from keyrack.domain.held import Key
from keyrack.domain.model import EntrySecret, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.collector import name_of
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.edits import cannot, changed
from keyrack.sources.rewriting.json_members import NoSuchMember

ENVIRONMENTS = ("env", "environment", "envs")


class Parts(NamedTuple):
    """Where an entry has its command: the keys from the entry on."""

    command: tuple[str, ...]
    args: tuple[str, ...] | None  # None: they are in the command, which is a list
    env: tuple[str, ...] | None


class Change(NamedTuple):
    """A new text."""

    text: str
    program: str  # that the entry starts
    steps: tuple[Step, ...] = ()
    literals: tuple[tuple[str, str], ...] = ()  # arguments with secrets as written, and what may be shown


def program_of(entry: Mapping[str, Any], parts: Parts) -> str:
    command = get(entry, parts.command)
    return str(command[0] if isinstance(command, list) else command)


def parts_of(entry: Mapping[str, Any]) -> Parts:
    """The places in an entry, in whichever of the programs' forms it is."""
    at, inner = tuple[str, ...](), entry
    if "command" not in entry and isinstance(entry.get("transport"), dict):  # Cline's
        at, inner = ("transport",), entry["transport"]
    command = inner.get("command")
    if isinstance(command, dict):  # Zed's older form
        at, inner = (*at, "command"), command
    env = next((key for key in ENVIRONMENTS if isinstance(inner.get(key), dict)), None)
    place = (*at, env) if env else None
    if isinstance(command, list):
        return Parts((*at, "command"), None, place)
    return Parts((*at, "path" if isinstance(command, dict) else "command"), (*at, "args"), place)


def wrapped_json(
    text: str,
    table: tuple[str, ...],
    source: Source,
    named: Mapping[EntrySecret, str],
    secrets: str,
    keyrack: str,
    *,
    commas: bool,
) -> Change:
    """The change. Raises KeyrackError, Malformed."""
    data = jsonc.parse(text, comments=True, commas=commas).data
    key, entry = entry_in(data, table, source)
    parts, at = parts_of(entry), (*table, key)
    wanted = with_exec(entry, parts, source, named, secrets, keyrack)
    listed = parts.args if parts.args is not None else parts.command
    skipped = 0 if parts.args is not None else 1
    new, literals = text, list[tuple[str, str]]()
    try:
        for each, name in named.items():
            if each.variable:
                assert parts.env is not None
                new = json_members.delete(new, (*at, *parts.env, each.variable))
                continue
            place: tuple[Key, ...] = (*at, *listed, each.argument + skipped)
            literals.append((json_members.get(new, place) or "", each.before))
            new = json_members.set_value(new, place, json.dumps(argument_for(each, name)))
        if not is_wrapped(entry, parts):
            new = _with_command(new, at, parts, get(entry, parts.command), secrets, keyrack)
        again = jsonc.parse(new, comments=True, commas=commas).data
    except NoSuchMember:
        again, new = None, ""
    if again != put(data, at, wanted):
        raise cannot_wrap(source, keyrack, secrets)
    places = [(*at, *parts.command), (*at, *listed)]
    places += [(*at, *(parts.env or ()), each.variable) for each in named if each.variable]
    steps = [
        Step(place, _secret(json_members.get(text, place)), _secret(json_members.get(new, place)))
        for place in dict.fromkeys(places)
    ]
    made = tuple(step for step in steps if step.old != step.new)
    return Change(new, program_of(entry, parts), made, tuple(literals))


def entry_in(data: Any, table: tuple[str, ...], source: Source) -> tuple[str, Mapping[str, Any]]:
    """The entry and its key. Raises KeyrackError if it is not there any more."""
    entries = get(data, table)
    found = [
        (key, entry)
        for key, entry in (entries.items() if isinstance(entries, dict) else ())
        if name_of(key) == source.name and isinstance(entry, dict)
    ]
    if len(found) != 1:
        raise changed(source)
    return found[0]


def with_exec(
    entry: Mapping[str, Any],
    parts: Parts,
    source: Source,
    named: Mapping[EntrySecret, str],
    secrets: str,
    keyrack: str,
) -> Mapping[str, Any]:
    """The entry as it shall be. Raises KeyrackError if it is not as it was read."""
    command = get(entry, parts.command)
    words = list(command if parts.args is None else [command, *(get(entry, parts.args) or [])])
    env = dict(get(entry, parts.env) or {}) if parts.env else {}
    for each, name in named.items():
        value, at = each.value.reveal(), each.argument + 1
        if each.variable:
            if env.pop(each.variable, None) != value:
                raise changed(source)
        elif at >= len(words) or words[at] != each.before + value:
            raise changed(source)
        else:
            words[at] = argument_for(each, name)
    if not is_wrapped(entry, parts):
        words = [keyrack, *wrapping(secrets), *words]
    new = put(entry, parts.command, words if parts.args is None else words[0])
    if parts.args is not None:
        new = put(new, parts.args, words[1:])
    return put(new, parts.env, env) if parts.env else new


def is_wrapped(entry: Mapping[str, Any], parts: Parts) -> bool:
    command = get(entry, parts.command)
    words = command if parts.args is None else [command, *(get(entry, parts.args) or [])]
    if not all(isinstance(word, str) for word in words):
        return False
    found = unwrapped(words[0], words[1:])
    return found is not None and bool(found.secrets)


def argument_for(secret: EntrySecret, name: str) -> str:
    """What takes the argument's place."""
    return secret.before.removesuffix("=") if secret.is_passed_on else secret.before + placeholder(name)


def cannot_wrap(source: Source, keyrack: str, secrets: str) -> KeyrackError:
    """The error for a file that keyrack can't edit."""
    return cannot(source, " ".join((keyrack, *wrapping(secrets))))


def get(entry: Any, path: tuple[str, ...]) -> Any:
    found: Any = entry
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def put(entry: Any, path: tuple[str, ...], value: Any) -> Any:
    """A copy with this value there."""
    return {**entry, path[0]: put(entry.get(path[0], {}), path[1:], value)} if path else value


def _with_command(
    text: str, at: tuple[str, ...], parts: Parts, command: Any, secrets: str, keyrack: str
) -> str:
    words = [json.dumps(word) for word in wrapping(secrets)]
    if parts.args is None:
        return json_members.insert_first(text, (*at, *parts.command), [json.dumps(keyrack), *words])
    words.append(json.dumps(command, ensure_ascii=False))
    text = json_members.set_value(text, (*at, *parts.command), json.dumps(keyrack))
    if json_members.get(text, (*at, *parts.args)) is None:
        return json_members.set_value(text, (*at, *parts.args), f"[{', '.join(words)}]")
    return json_members.insert_first(text, (*at, *parts.args), words)


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)
