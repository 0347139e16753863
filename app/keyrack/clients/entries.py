"""From one entry of a configuration to a Server. What is wrong with it is said and hides nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from keyrack.clients.addresses import address_of
from keyrack.clients.gather import Fields, Gather, kind
from keyrack.clients.headers import headers_of, secrets_among
from keyrack.clients.interpolate import fill, has_variable
from keyrack.domain.model import DEFAULT_ACCOUNT, ClientSettings, Header, Server, Transport, Variable

C = TypeVar("C", ClientSettings, ClientSettings | None)
KEYS = ("url", "serverUrl", "httpUrl", "command")  # an address before a command
TRANSPORTS: Mapping[str, Transport] = {
    "http": "http", "streamable-http": "http", "streamable_http": "http", "streamablehttp": "http",
    "sse": "sse", "stdio": "stdio", "local": "stdio",
}  # fmt: skip
# The program of a command: a Windows path may hold spaces; whatever follows may hold secrets.
PROGRAM = re.compile(r"[A-Za-z]:\\[^\"]*?\.(?:exe|cmd|bat)\b|\S+", re.IGNORECASE)


def add(gather: Gather, name: str, entry: Mapping[str, Any], *, client: ClientSettings | None = None,
        headers: tuple[Header, ...] = (), account: str = DEFAULT_ACCOUNT) -> None:
    """Add the entry's server. `headers` come on top of its own, from the program's own fields."""
    fields = Fields(entry, gather, name)
    type_name = fields.text("type", "transport")
    transport = TRANSPORTS.get((type_name or "http").lower())
    key = value = None
    for key in KEYS:
        value = entry.get(key)
        if value is not None:
            break
    url: str | None = None
    if value is None:
        problem = "The entry names neither a url nor a command."
    elif not isinstance(value, str):
        problem = f"“{key}” should be text, and is {kind(value)}."
    elif key == "command":
        _add_process(gather, name, fields, value)
        return
    elif transport is None:
        problem = f"The entry's type is “{(type_name or '')[:40]}”; keyrack knows http, sse and stdio."
    else:
        url, problem = address_of(value, gather)
    if problem:
        gather.problem(problem, entry=name)
    headers = joined(headers, headers_of(fields.table("headers"), gather, name))
    gather.servers.append(Server(
        name, url, account, "sse" if transport == "sse" else "http", (gather.source(name),), headers,
        client or ClientSettings(), problem=problem, literals=secrets_among(headers)))


def settings_of(fields: Fields) -> ClientSettings:
    """The OAuth client that an object describes, in any of the spellings that programs use."""
    if not fields.data:
        return ClientSettings()
    gather = fields.gather
    client_id = fields.text("client_id", "clientId", "CLIENT_ID")
    secret = fields.text("client_secret", "clientSecret", "CLIENT_SECRET")
    port = fields.number("callback_port", "callbackPort")
    if port is not None and not 0 < port < 65536:
        gather.problem("The callback port should be between 1 and 65535.", entry=fields.entry)
        port = None
    if not gather.trusted:
        if secret:
            gather.problem("A project's file may not hold a client's secret; it is not used.",
                           entry=fields.entry)
        # No metadata, and no redirect elsewhere: who names the token endpoint is given the code.
        return ClientSettings(client_id=_literal(fields, "client's id", client_id),
                              scopes=fields.words("scopes", "scope"), callback_port=port,
                              issuer=_literal(fields, "issuer", fields.text("issuer")))
    return ClientSettings(
        client_id=fill(client_id, gather.style, gather.env).value.reveal() or None if client_id else None,
        client_secret=fill(secret, gather.style, gather.env).value or None if secret else None,
        scopes=fields.words("scopes", "scope"),
        callback_port=port,
        redirect_host=fields.text("redirect_host"),
        client_metadata_url=fields.text("client_metadata_url", "clientMetadataUrl"),
        issuer=fields.text("issuer"),
        metadata_url=fields.text("authServerMetadataUrl", "metadata_url"),
    )


def registered_with(client: C, host: str, port: int | None = None) -> C:
    """A client that people registered for this program: with its redirect URI, or it will be refused."""
    if client is None or not client.client_id:
        return client
    return client._replace(
        redirect_host=client.redirect_host or host, callback_port=client.callback_port or port
    )


def _literal(fields: Fields, what: str, text: str | None) -> str | None:
    """A project's text as it stands; None, and said, where it takes a variable."""
    if text and has_variable(text, fields.gather.style):
        fields.gather.problem(f"A project's file may not put variables into the {what}; it is not used.",
                              entry=fields.entry)
        return None
    return text


def joined(first: tuple[Header, ...], second: tuple[Header, ...]) -> tuple[Header, ...]:
    """Both, each name once: the first that is not empty counts."""
    if not first or not second:
        return first or second
    found: dict[str, Header] = {}
    for header in (*first, *second):
        kept = found.get(header.name.lower())
        if kept is None or (kept.is_empty and not header.is_empty):
            found[header.name.lower()] = header
    return tuple(found.values())


def _add_process(gather: Gather, name: str, fields: Fields, command: str) -> None:
    """A local process, or a bridge to a remote server, which is a remote server."""
    args = fields.strings("args")
    values = fields.texts("env")
    if any("mcp-remote" in arg for arg in args) or "mcp-remote" in command:
        from keyrack.clients import bridge

        if bridge.add(gather, name, [*command.split(), *args], values):
            return
    variables: dict[str, Variable] = {}
    for key, value in values.items():
        filled = fill(value, gather.style, gather.env)
        variables[key] = Variable(key, bool(filled.value) or filled.asked)
    for arg in args:
        if "$" in arg:
            for variable in fill(arg, gather.style, gather.env).variables:
                variables.setdefault(variable.name, variable)
    for key in fields.strings("env_vars"):
        variables.setdefault(key, Variable(key, bool(gather.env.get(key))))
    program = PROGRAM.match(command.strip())
    gather.servers.append(Server(
        name, transport="stdio", sources=(gather.source(name),),
        command=program[0] if program else "", variables=tuple(variables.values())))
