"""Entries that run keyrack itself: `keyrack bridge NAME`, and `keyrack header NAME` as a helper."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from keyrack.domain.connection import BRIDGE_URL
from keyrack.domain.model import Server
from keyrack.sources.bridges.launchers import find_bridge
from keyrack.sources.parsing.addresses import address_of
from keyrack.sources.parsing.collector import Collector

VALUES = ("--account", "--config", "--format", "--min-valid")  # options with a value
# The entry of older instructions: it prints the headers around the token.
PRINTF = 'printf \'{"Authorization":"Bearer %s"}\' "$(keyrack token '


def add(
    collector: Collector, name: str, command: str, args: Sequence[str], values: Mapping[str, str]
) -> bool:
    """Add the server behind keyrack's bridge; False if the command is another one."""
    found = find_bridge(command, args)
    if found is None or found.program != "keyrack" or found.command.words[:1] != ("bridge",):
        return False
    word = _operand(found.command.words[1:])
    url = {**values, **found.command.env}.get(BRIDGE_URL, word if "://" in word else "")
    source = collector.source(name)._replace(connected="bridge")
    if url:
        address = address_of(url, collector)
        collector.servers.append(
            Server(name, address.url, sources=(source,), problem=address.problem, address_key=address.key)
        )
    else:
        collector.servers.append(
            Server(name, transport="stdio", sources=(source,), command="keyrack", bridge_to=word or name)
        )
    return True


def is_helper(command: str) -> bool:
    """Does the command line run `keyrack header` or `keyrack token`, and nothing else?"""
    if command.startswith(PRINTF):
        return True
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    if any(mark in command for mark in ";|&`\n") and shlex.join(words) != command:
        return False  # more than one command, as far as is known
    found = find_bridge(words[0], words[1:]) if words else None
    return (
        found is not None
        and found.program == "keyrack"
        and found.command.words[:1] in (("header",), ("token",))
    )


def _operand(words: Sequence[str]) -> str:
    rest = iter(words)
    for word in rest:
        if word == "--":
            return next(rest, "")
        if word in VALUES:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""
