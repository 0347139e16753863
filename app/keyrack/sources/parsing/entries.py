"""Turns a configuration entry into a Server. A mistake in it is reported and does not hide anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.exec_words import unwrapped
from keyrack.domain.kinds import kind
from keyrack.domain.model import (
    DEFAULT_ACCOUNT,
    ClientSettings,
    EntrySecret,
    Header,
    Helper,
    Server,
    Transport,
    Variable,
)
from keyrack.domain.secret import Secret
from keyrack.sources.parsing.addresses import Address, address_of
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.headers import headers_of, secrets_among
from keyrack.sources.parsing.interpolate import fill, may_have_variable

NO_SETTINGS = ClientSettings()
KEYS = ("url", "serverUrl", "httpUrl", "command")  # an address takes precedence over a command
TRANSPORTS: Mapping[str, Transport] = {
    "http": "http", "streamable-http": "http", "streamable_http": "http", "streamablehttp": "http",
    "remote": "http", "sse": "sse", "stdio": "stdio", "local": "stdio",
}  # fmt: skip
BRIDGE = "mcp[-_](?:remote|proxy)|keyrack"
ASKS_KEYRACK = r"(?:^|[\s\"'`(/\\])keyrack(?:\.exe)?[\"']?\s+(?:token|header)\b"
# The program of a command: a Windows path may contain spaces; the rest may contain secrets.
PROGRAM = r"(?i:[A-Za-z]:\\[^\"]*?\.(?:exe|cmd|bat)\b|\S+)"


def add(
    collector: Collector,
    name: str,
    entry: Mapping[str, Any],
    *,
    client: ClientSettings | None = None,
    headers: tuple[Header, ...] = (),
    account: str = DEFAULT_ACCOUNT,
    helper_key: str = "",
    keys: Sequence[str] = KEYS,
) -> None:
    """Add the entry's server.

    `headers` come from the program's own fields, in addition to the entry's. `helper_key` is the key of a
    command that creates headers. `keys` are those of the address and the command; the first one counts.
    """
    fields = Fields(entry, collector, name)
    type_name = fields.text("type", "transport")
    transport = TRANSPORTS.get((type_name or "http").lower())
    key = value = None
    for key in keys:
        value = entry.get(key)
        if value is not None:
            break
    address, problem = Address(), None
    if value is None:
        problem = "The entry has neither a url nor a command."
    elif not isinstance(value, str):
        problem = f"“{key}” should be text, but is {kind(value)}."
    elif key == "command":
        _add_process(collector, name, fields, value)
        return
    elif transport is None:
        problem = f"The entry's type is “{(type_name or '')[:40]}”. keyrack supports http, sse and stdio."
    else:
        address = address_of(value, collector)
    problem = problem or address.problem
    if problem:
        collector.problem(problem, entry=name)
    headers = joined(headers, headers_of(fields.table("headers"), collector, name))
    source = collector.source(name)
    if helper_key and _is_own(fields, helper_key):
        source = source._replace(connected="helper")
    collector.servers.append(
        Server(
            name,
            address.url,
            account,
            "sse" if transport == "sse" else "http",
            (source,),
            headers,
            client or NO_SETTINGS,
            problem=problem,
            plaintext_headers=secrets_among(headers) if headers else (),
            helper=_helper(fields, helper_key) if helper_key else None,
            address_key=address.key,
            variables=address.unset,
        )
    )


def _helper(fields: Fields, key: str) -> Helper | None:
    """The helper; None if it calls keyrack: then the credential is the stored one."""
    command = fields.text(key)
    if not command or re.search(ASKS_KEYRACK, command):
        return None
    return Helper(Secret(command), key, fields.collector.source(fields.entry))


def _is_own(fields: Fields, key: str) -> bool:
    """Is the helper keyrack itself?"""
    command = fields.data.get(key)
    if not isinstance(command, str) or "keyrack" not in command:
        return False
    from keyrack.sources.bridges.own import is_helper

    return is_helper(command)


def joined(first: tuple[Header, ...], second: tuple[Header, ...]) -> tuple[Header, ...]:
    """Both, with each name once: the first value that is not empty counts."""
    if not first or not second:
        return first or second
    found: dict[str, Header] = {}
    for header in (*first, *second):
        kept = found.get(header.name.lower())
        if kept is None or (kept.is_empty and not header.is_empty):
            found[header.name.lower()] = header
    return tuple(found.values())


def _add_process(collector: Collector, name: str, fields: Fields, command: str) -> None:
    """Add a local process, or the remote server if the process is a bridge to one."""
    args = all_args = fields.strings("args")
    values = fields.texts("env")
    wrapped = unwrapped(command, args) if "keyrack" in command else None
    if wrapped is not None:
        command, *rest = wrapped.words
        args = tuple(rest)
    if any(re.search(BRIDGE, word) for word in (command, *args)):
        from keyrack.sources.bridges import bridge, own

        add_bridge = own.add if any("keyrack" in word for word in (command, *args)) else bridge.add
        if add_bridge(collector, name, command, args, values):
            return
    variables: dict[str, Variable] = {}
    for key, value in values.items():
        filled = fill(value, collector.style, collector.env)
        variables[key] = Variable(key, bool(filled.value) or filled.asked)
    for arg in args:
        if may_have_variable(arg):
            for variable in fill(arg, collector.style, collector.env).variables:
                variables.setdefault(variable.name, variable)
    for key in fields.strings("env_vars"):
        variables.setdefault(key, Variable(key, bool(collector.env.get(key))))
    found: tuple[EntrySecret, ...] = ()
    if values or args:
        from keyrack.sources.parsing.entry_secrets import secrets_of

        # The first of keyrack's own words is the command itself.
        skipped = wrapped.skipped + 1 if wrapped is not None else 0
        found = secrets_of(collector, name, command, all_args, values, skipped)
    program = re.match(PROGRAM, command.strip())
    collector.servers.append(
        Server(
            name,
            transport="stdio",
            sources=(collector.source(name),),
            command=program[0] if program else "",
            variables=tuple(variables.values()),
            secrets=wrapped.secrets if wrapped is not None else "",
            entry_secrets=found,
        )
    )
