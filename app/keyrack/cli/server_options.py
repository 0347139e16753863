"""The options of `keyrack add` and `keyrack edit`, and what they make of a server's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.spec import Arguments, Option
from keyrack.cli.values import client_id, header_line, port, scopes, setting
from keyrack.domain.held import slug
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyrack.cli.context import Context
    from keyrack.domain.model import Server
    from keyrack.operations.servers.own_entries import Affected
    from keyrack.operations.servers.trying import Found

OPTIONS = (
    Option(("--client-id",), "use this OAuth app, which you registered yourself", "ID", read=client_id),
    Option(("--scope",), "request these scopes; can be repeated", "SCOPES", repeat=True, read=scopes),
    Option(("--callback-port",), "the app is registered with this port", "PORT", read=port),
    Option(
        ("--header",),
        "send this header too, such as 'X-Team: ${TEAM}'; can be repeated",
        "LINE",
        repeat=True,
        read=header_line,
    ),
    Option(
        ("--set",), "any setting of a server, as in the file; can be repeated", "SETTING=VALUE", repeat=True,
        read=setting,
    ),
)  # fmt: skip
NO_CHECK = Option(("--no-check",), "save it without asking the server first")


class ServerOptions(Arguments):
    client_id: str | None = None
    scope: tuple[tuple[str, ...], ...] = ()
    callback_port: int | None = None
    header: tuple[tuple[str, str], ...] = ()
    set: tuple[tuple[str, str, Any], ...] = ()
    no_check: bool = False


def with_options(table: Mapping[str, Any], options: ServerOptions) -> dict[str, Any]:
    """The table with what was typed."""
    new = dict(table)
    if options.client_id is not None:
        new["client_id"] = options.client_id
    if options.scope:
        new["scopes"] = list(dict.fromkeys(word for words in options.scope for word in words))
    if options.callback_port is not None:
        new["callback_port"] = options.callback_port
    pairs = [("headers", name, value) for name, value in options.header]
    for key, inner, value in (*pairs, *options.set):
        new[key] = {**_dict(new.get(key)), inner: value} if inner else value
    return new


def without(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table without a setting, or without one entry of it ("headers.X-Team")."""
    outer, _, inner = key.partition(".")
    rest = {name: value for name, value in _dict(table.get(outer)).items() if inner and name != inner}
    new = {name: value for name, value in table.items() if name != outer}
    return {**new, outer: rest} if rest else new


def _dict(value: object) -> dict[str, Any]:
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def asked(context: Context, server: Server, what: str) -> Found:
    """What the server answers. Raises Temporary if it can't be reached, KeyrackError if it can't be used."""
    from keyrack.domain.errors import KeyrackError, Temporary
    from keyrack.operations.servers.trying import ask

    found = ask(context.adapters(), server)
    if not found.works:
        error = Temporary if found.is_temporary else KeyrackError
        raise error(
            f"{server.name} was not {what}. {found.sentence}", hint="To save it anyway, use --no-check."
        )
    return found


def tell_affected(context: Context, affected: Affected, name: str) -> None:
    """Say what else the change has to do with."""
    from keyrack.domain.address_key import shown
    from keyrack.domain.model import Server
    from keyrack.wording.commands import command_line

    note = context.out.note
    for sentence in affected.told:
        note(f"  {plain(sentence)}")
    for each in affected.same_url:
        note(f"  {plain(each, 120)} has the same URL; each has its own credential.")
    for server in affected.left:
        what = plain(shown(server.url) if server.url else server.name)
        command = plain(command_line("clear", server))
        note(f"  The credential for {what} stays stored, as “not configured any more”.")
        note(f"  Delete it with: {command}")
    for program in affected.askers:
        command = plain(command_line("connect", Server(name), "--to", slug(program)))
        note(f"  {program} asks keyrack for it by its old name. Connect it again: {command}")


def tell_next(context: Context, server: Server, found: Found | None) -> None:
    """Say the next step."""
    from keyrack.wording.commands import command_line

    if found is not None and found.login:
        client = server.client
        secret = bool(client.client_id) and client.client_secret is None
        line = command_line("login", server)
        also = " (with --client-secret-stdin, if the app has a secret)" if secret else ""
        context.out.note(f"  Next: {plain(line)}{also}")
    elif found is not None and found.token:
        context.out.note(f"  Next: {plain(command_line('set', server))}")
