"""Moves a token from a program's file to the keychain, and leaves a reference to a variable in the file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import DEFAULT_ACCOUNT, Check, CredentialKind, Header, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import canonical_url, host
from keyrack.domain.rewrite import Rewrite, split
from keyrack.domain.status import Action, authorization_header
from keyrack.domain.text import plain
from keyrack.operations.credential import credential_key
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.change_files import change_files
from keyrack.operations.tokens.service import service_for
from keyrack.operations.tokens.set_token import MAIN, Typed, set_token
from keyrack.wording.commands import command_for, command_line


class Plan(NamedTuple):
    """What `adopt` would do."""

    server: Server
    header: Header  # the one with the token to move
    changes: tuple[Rewrite, ...]  # to files
    by_hand: tuple[str, ...]  # what the user must do in files that keyrack does not edit
    left: tuple[str, ...]  # what stays in files, and why
    variables: Mapping[str, str]  # to set for the programs: name, and the text before the token
    replaces: CredentialKind | None  # the credential that is stored now


class Adopted(NamedTuple):
    receipt: Receipt
    changed: tuple[str, ...]  # the paths of the changed files
    check: Check | None


def plan(adapters: Adapters, server: Server) -> Plan:
    """Find out what can be moved. Only reads files and records. Raises KeyrackError if nothing can."""
    key = credential_key(server)
    movable = [header for header in server.plaintext_headers if not header.not_movable_because]
    if not movable:
        raise _nothing_to_move(server)
    effective = authorization_header(server)
    chosen = effective if effective is not None and effective in movable else movable[0]
    wanted = chosen.name.lower(), chosen.value
    same = [header for header in movable if (header.name.lower(), header.value) == wanted]
    _refuse_several(server, chosen)
    record = adapters.credentials().record(key)
    variables: dict[str, str] = {}
    changes: list[Rewrite] = []
    by_hand: list[str] = []
    left = [_left(each) for each in server.plaintext_headers if each not in same]
    rewrite = adapters.rewriting()
    for header in same:
        prefix = rewrite.prefix(header)
        variable = variable_for(server, adapters.read().servers, "HEADER" if prefix else "TOKEN")
        words = rewrite.by_hand(header, variable)
        if words is not None:
            by_hand.append(words)
        else:
            change = rewrite.rewrite(header, variable, server.url or "")
            changes.append(change)
            left += [_again(change)] if change.lines else []
        variables[variable] = prefix
    replaces = record.credential.kind if record is not None and record.credential is not None else None
    return Plan(server, chosen, tuple(changes), tuple(by_hand), tuple(left), variables, replaces)


def adopt(adapters: Adapters, plan: Plan, *, try_it: bool = True) -> Adopted:
    """Store the token, read it back, and only then change the files, after a sealed backup of each.

    Raises KeyrackError if the token is not stored; then no file has been changed.
    """
    server, credentials = plan.server, adapters.credentials()
    store = credentials.state()
    if store.ready and not store.persistent:
        raise KeyrackError("There is no permanent store for secrets here, so the token stays in the file.")
    scheme, token = split(plan.header.value)
    service = service_for(adapters, server.url)
    typed = Typed({service.main_field if service else MAIN: token}, plan.header.name, f"{scheme}{{token}}")
    saved = set_token(adapters, server, typed, try_it=try_it)
    held = credentials.load(credential_key(server))
    if held is None or held.tokens.access_token != token:
        raise KeyrackError(f"The token could not be read back from {store.name}, so it stays in the file.")
    lines = [Line("Store the token", "done", saved.credential.store)]
    kept = "The token is stored, and is also still in the file."
    changed = change_files(
        adapters, server, plan.changes, f"Moved the token of {server.name} out of a file", kept, lines
    )
    return Adopted(Receipt(tuple(lines)), changed, saved.check)


def needs_variable(plan: Plan) -> bool:
    """Must a variable be set? keyrack itself uses the stored token without one."""
    return bool(plan.by_hand) or any(change.source.client != "keyrack" for change in plan.changes)


def shell_lines(plan: Plan) -> list[str]:
    """Lines for the shell. They empty each variable first, or keyrack would print its old value."""
    command = plain(command_line("token", plan.server))
    if sys.platform == "win32":
        return [
            f'$env:{name} = ""; $env:{name} = "{prefix}$({command})"'
            for name, prefix in plan.variables.items()
        ]
    return [f'export {name}="{prefix}$({name}= {command})"' for name, prefix in plan.variables.items()]


def _nothing_to_move(server: Server) -> KeyrackError:
    for header in server.plaintext_headers:
        assert header.source is not None
        where = f"The {header.name} header is in {header.source.path}."
        hint = f"{command_for(Action.TOKEN, server)} stores the token. Then remove it from the file yourself."
        return KeyrackError(f"{where} {header.not_movable_because}", hint=hint)
    hint = "Run keyrack doctor to see which files contain one."
    return KeyrackError(f"No file contains a token for {server.name} in plain text.", hint=hint)


def _refuse_several(server: Server, chosen: Header) -> None:
    """Programs get one token per server, which can't fill two headers."""
    names = [header.name for header in server.plaintext_headers if header.source == chosen.source]
    if len(names) > 1:
        several = f"{server.name} is sent several secrets ({', '.join(names)})"
        raise KeyrackError(
            f"{several}, but keyrack can only provide one for each server.",
            hint="Replace them with variables yourself.",
        )


def _left(header: Header) -> str:
    assert header.source is not None
    where = f"The {header.name} header in {header.source.path} also contains a secret for it"
    return (
        f"{where}. {header.not_movable_because}"
        if header.not_movable_because
        else f"{where}. It is a different one, and stays there."
    )


def _again(change: Rewrite) -> str:
    lines = ", ".join(str(line) for line in change.lines[:10])
    return f"The token also appears elsewhere in {change.source.path} and stays there: line {lines}."


def variable_for(server: Server, servers: Iterable[Server], last: str) -> str:
    """KEYRACK_GITHUB_TOKEN, with a number if another server's entry already uses the name."""
    words = [_word(server.name) or _word(host(server.url or ""))]
    if server.account != DEFAULT_ACCOUNT:
        words.append(_word(server.account))
    taken = {
        variable.name
        for other in servers
        if other.url is None
        or other.tag != server.tag
        or canonical_url(other.url) != canonical_url(server.url or "")
        for variables in (other.variables, *(header.variables for header in other.headers))
        for variable in variables
    }
    stem = "_".join(["KEYRACK", *filter(None, words)])
    count = 1
    while (name := f"{stem}{f'_{count}' if count > 1 else ''}_{last}") in taken:
        count += 1
    return name


def _word(text: str) -> str:
    return re.sub("[^A-Z0-9]+", "_", text.upper()).strip("_")
