"""Builds commands for the user to type, which select exactly one server and account."""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, Server
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.find import find
from keyrack.wording.commands import command_line


def command_to(adapters: Adapters, verb: str, server: Server, words: Iterable[str], *options: str) -> str:
    """The command line of `verb` for a server. Uses the first of `words` (names, or its URL) that finds the
    server, and --account if that is needed."""
    for word in dict.fromkeys((*words, server.name, *server.aliases)):
        for account in (None, server.account):
            if _key(adapters, word, account) == server.key:
                named = option("--account", account) if account is not None else ()
                return command_line(verb, Server(word), *options, *named)
    return command_line(verb, server, *options)


def option(flag: str, value: str) -> tuple[str, ...]:
    """An option for the command line. Its value may begin with a dash."""
    return (f"{flag}={value}",) if value.startswith("-") else (flag, value)


def _key(adapters: Adapters, word: str, account: str | None) -> CredentialKey | None:
    try:
        return find(adapters, word, account).key
    except KeyrackError:
        return None
