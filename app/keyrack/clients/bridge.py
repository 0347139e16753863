"""`npx mcp-remote URL …`: a local process in the file, a remote server in truth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from keyrack.clients.addresses import address_of
from keyrack.clients.gather import Gather
from keyrack.clients.headers import header_of, secrets_among
from keyrack.clients.interpolate import BRACES, fill
from keyrack.domain.model import ClientSettings, Header, Server

# The other options that take a value; without them it would pass for the address or the port.
WITH_VALUE = ("--transport", "--host", "--resource", "--auth-timeout", "--ignore-tool", "--protocol-version",
              "--static-oauth-client-metadata", "--static-oauth-client-info")
IN_WORDS = ("It is in the command line of mcp-remote, which many programs start without their variables; so "
            "keyrack leaves it there.")


def add(gather: Gather, name: str, words: Sequence[str], values: Mapping[str, str]) -> bool:
    """Add the remote server behind the bridge; False when the command line names none.

    `values` is the process's environment as the file gives it.
    """
    starts = [i for i, word in enumerate(words) if _is_bridge(word)]
    if not starts:
        return False
    rest = iter(words[starts[-1] + 1 :])  # the last: npx -p mcp-remote mcp-remote URL
    places: list[str] = []
    headers: list[str] = []
    options: dict[str, str] = {}
    for word in rest:
        if word == "--header":
            headers.append(next(rest, ""))
        elif word in WITH_VALUE:
            options[word] = next(rest, "")
        elif not word.startswith("-"):
            places.append(word)
    if not places:
        return False
    url, problem = address_of(places[0], gather)
    server = Server(name, url, sources=(gather.source(name),), problem=problem,
                    transport="sse" if options.get("--transport") == "sse-only" else "http")
    if problem:
        gather.problem(problem, entry=name)
    else:
        port = int(places[1]) if len(places) > 1 and re.fullmatch("[0-9]{1,5}", places[1]) else 0
        found = _headers(gather, name, headers, values)
        server = server._replace(headers=found, literals=secrets_among(found),
                                 client=ClientSettings(callback_port=port if 0 < port < 65536 else None))
    gather.servers.append(server)
    return True


def _headers(
    gather: Gather, entry: str, lines: Sequence[str], values: Mapping[str, str]
) -> tuple[Header, ...]:
    own = {key: fill(value, gather.style, gather.env) for key, value in values.items()}
    env = {**gather.env, **{key: filled.value.reveal() for key, filled in own.items()}}
    found: list[Header] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            gather.problem("A --header of mcp-remote has no colon after its name.", entry=entry)
            continue
        header = header_of(name.strip(), value.strip(), gather, entry, env=env, style=BRACES)
        if header is None:
            continue
        # A variable that the file itself sets to a literal: the secret stands in the file.
        literal = any(variable.name in own and own[variable.name].literal for variable in header.variables)
        literal = literal or header.literal
        found.append(header._replace(literal=literal, stays=(gather.stays or IN_WORDS) if literal else ""))
    return tuple(found)


def _is_bridge(word: str) -> bool:
    name = word.replace("\\", "/").rpartition("/")[2]
    return name in ("mcp-remote", "mcp-remote.cmd") or name.startswith("mcp-remote@")
