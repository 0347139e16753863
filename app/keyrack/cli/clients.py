"""`keyrack clients`: the programs that use MCP servers, and what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.exits import OK
from keyrack.cli.spec import JSON, Arguments, Option, Verb
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.cli.output import Output
    from keyrack.domain.held import Program
    from keyrack.operations.servers.overview import Overview
    from keyrack.operations.sharing.clients import Client


ASK = Option(("--ask",), "read keychain items even if the system asks for permission")


class Options(Arguments):
    json: bool = False
    ask: bool = False


VERB = Verb(
    name="clients",
    operand="",
    options=(JSON, ASK),
    takes=Options,
    text="""\
For each program that keyrack knows: the files that it looked for, the servers
that they configure, the logins that the program holds itself, and what keyrack
can do with them. import takes a login over, publish keeps its token fresh, and
clear deletes it. For mcp and mcp-use, publish also creates an entry where there is
none. The program's own command for logging out is shown too. Programs of which
nothing was found are named at the end.

On macOS and Windows the system may ask for your permission before keyrack can
read another program's keychain items, so they are read only with --ask.

--json prints an array of objects with these fields: name, program (its name on
the command line), found, files (objects with path and found), servers,
connected (an object of server name to helper or bridge), tokens
(objects with server, url, state, expires_at, path and mode), stores (where its
logins are looked for), allows (import, publish, clear, create), login and logout
(its own commands, or null). Tokens are never printed.""",
    examples=(
        ("See all programs", "keyrack clients"),
        ("List the files with tokens", "keyrack clients --json | jq -r '.[].tokens[].path'"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.operations.servers.overview import overview
    from keyrack.operations.sharing.clients import clients

    out, adapters = context.out, context.adapters()
    view = overview(adapters, ask=options.ask)
    programs = {program.name: program for program in adapters.other_programs().programs()}
    found = clients(view)
    now = adapters.now()
    if options.json:
        from json import dumps

        from keyrack.operations.sharing.clients import Client

        known = {client.name for client in found}
        more = (Client(name, (), ()) for name in programs if name not in known)
        out.line(dumps([_facts(client, programs.get(client.name), now) for client in (*found, *more)]))
        _tell_unread(out, view)
        return OK
    for client in found:
        if client.is_found and client.name != "keyrack":
            for line in _lines(client, programs.get(client.name), now):
                out.line(line)
    there = {client.name for client in found if client.is_found}
    missing = sorted({*(client.name for client in found), *programs} - there - {"keyrack"}, key=str.lower)
    if missing:
        out.note(f"Not found: {plain(', '.join(missing), 2000)}.")
    _tell_unread(out, view)
    return OK


def _tell_unread(out: Output, view: Overview) -> None:
    """Name the programs whose keychain items are not shown, and why."""
    if not view.unread:
        return
    why = "Use --ask to read it; the system may ask you for permission." if view.may_ask else "It is locked."
    out.note(f"What {', '.join(view.unread)} may hold in the keychain is not shown. {why}")


def _lines(client: Client, program: Program | None, now: float) -> list[str]:
    from keyrack.cli.sources import problem_line
    from keyrack.domain.held import slug

    lines = [f"{plain(client.name, 60)}  ({slug(client.name)})"]
    lines += [f"  {plain(place.path, 4096)}: {plain(place.found, 80)}" for place in client.places]
    for entry in client.entries:
        if entry.source is not None and entry.source.connected:
            lines.append(f"  {plain(entry.name, 120)}: connected by {entry.source.connected}")
        for held in entry.held:
            state = held.state(now).value
            source = ", published by keyrack" if entry.way == "published" else ""
            where = plain(held.place.name, 4096)
            lines.append(f"  holds a login for {plain(entry.name, 120)}: {state}{source}, in {where}")
    lines += [f"  {problem_line(problem)}" for problem in client.problems]
    if program is not None:
        can = ", ".join(_allowed(program)).replace("create", "create entries")
        lines.append(f"  keyrack can {can}" if can else "  keyrack can't read what it holds")
        if program.logout:
            lines.append(f"  to log out there: {program.logout.format(name='NAME', url='URL')}")
    return lines


def _allowed(program: Program) -> list[str]:
    return (["import", "publish", "clear"] if program.is_readable else []) + (["create"] * program.creates)


def _facts(client: Client, program: Program | None, now: float) -> dict[str, Any]:
    from keyrack.domain.held import slug
    from keyrack.wording.times import utc

    return {
        "name": client.name,
        "program": slug(client.name),
        "found": client.is_found,
        "files": [{"path": place.path, "found": place.found} for place in client.places],
        "connected": {
            entry.name: entry.source.connected
            for entry in client.entries
            if entry.source is not None and entry.source.connected
        },
        "servers": [entry.name for entry in client.entries if entry.source is not None],
        "tokens": [
            {
                "server": entry.row.server.name if entry.row is not None else None,
                "url": held.url or None,
                "state": held.state(now).value,
                "expires_at": utc(held.tokens.expires_at),
                "path": held.place.path or None,
                "mode": None if held.place.mode is None else f"{held.place.mode:04o}",
            }
            for entry in client.entries
            for held in entry.held
        ],
        "stores": [*program.paths, *([program.service] if program.service else [])] if program else [],
        "allows": _allowed(program) if program else [],
        "login": program.login or None if program else None,
        "logout": program.logout or None if program else None,
    }
