"""Finds the login that another program holds for a server, by the name that is typed for the program."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.held import HeldState, HeldToken, Program, slug
from keyrack.domain.model import Server
from keyrack.domain.resource import canonical_url
from keyrack.domain.status import Action
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.owners import Owners
from keyrack.operations.sharing.elsewhere import claimed
from keyrack.wording.commands import command_for, quoted

ORDER = (HeldState.VALID, HeldState.REFRESHABLE, HeldState.UNKNOWN, HeldState.EXPIRED)


def program_named(adapters: Adapters, typed: str) -> Program:
    """The program that is meant by "claude-code". Raises UsageError."""
    programs = adapters.other_programs().programs()
    for program in programs:
        if typed.lower() in (slug(program.name), program.name.lower()):
            return program
    hint = meant(typed, [program.name for program in programs])
    raise UsageError(f"keyrack knows no program called “{typed}” that holds logins.", hint=hint)


def meant(typed: str, programs: Sequence[str]) -> str:
    """The hint for a program that keyrack does not know: "vibe" is a part of "mistral-vibe"."""
    word, names = slug(typed), [slug(program) for program in programs]
    close = [name for name in names if word in name.split("-")] or get_close_matches(word, names, 1)
    return f"Did you mean {' or '.join(close[:3])}?" if close else "Run keyrack clients to see the names."


def urls_of(adapters: Adapters, *more: Server) -> list[str]:
    """The configured URLs, and those of more servers."""
    return [server.url for server in (*adapters.read().servers, *more) if server.url]


def held_for(adapters: Adapters, server: Server) -> tuple[HeldToken, ...]:
    """What other programs hold for the server, whichever of its accounts is meant. Keychain items are read
    even if the system asks the user for permission."""
    assert server.url is not None
    servers: Sequence[Server] = Owners(adapters.read(), adapters.credentials()).servers()
    url = canonical_url(server.url)
    same = [i for i, each in enumerate(servers) if each.url and canonical_url(each.url) == url]
    mine = [i for i in same if servers[i].tag == server.tag]
    if not mine:
        servers, mine = (*servers, server), [len(servers)]
    tokens = adapters.other_programs().read(urls_of(adapters, server), ask=True).tokens
    found, _ = claimed(servers, tokens)
    return tuple(token for i in mine for token in found.get(i, ()))


def login_in(adapters: Adapters, server: Server, program: Program) -> HeldToken:
    """The best login that the program holds for the server. Raises KeyrackError if it holds none."""
    now = adapters.now()
    held = held_for(adapters, server)
    here = [token for token in held if token.client == program.name]
    if here:
        return min(here, key=lambda token: (ORDER.index(token.state(now)), -(token.tokens.expires_at or now)))
    if not program.is_readable:
        hint = f"Log in with keyrack: {command_for(Action.LOGIN, server)}"
        raise KeyrackError(f"keyrack can't read the logins that {program.name} holds.", hint=hint)
    refuse_unread(adapters, server, program)
    others = ", ".join(dict.fromkeys(slug(token.client) for token in held))
    hint = f"These programs hold one: {others}." if others else "Run keyrack clients to see who holds what."
    raise KeyrackError(f"{program.name} holds no login for {server.display_name}.", hint=hint)


def refuse_unread(adapters: Adapters, server: Server, program: Program) -> None:
    """Raise KeyrackError if a file with the program's logins can't be read: there may be one in it."""
    for problem in adapters.other_programs().read(urls_of(adapters, server)).problems:
        if problem.client == program.name and problem.entry is None:
            line = f", line {problem.line}" if problem.line is not None else ""
            raise KeyrackError(
                f"{problem.path}{line}: {problem.sentence}",
                hint=f"Correct the file, or log in again with {program.name}.",
            )


def own_command(command: str, held: HeldToken) -> str:
    """A program's own command for this login; "" if it has none or the server's name there is not known."""
    if not command or ("{name}" in command and not held.name):
        return ""
    return command.replace("{name}", quoted(held.name)).replace("{url}", quoted(held.url))
