"""`keyrack log`: what happened to credentials, and which programs got them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.spec import ACCOUNT, JSON, Arguments, Option, Verb
from keyrack.cli.values import count
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.event import Event
    from keyrack.operations.ports import Adapters

HEADINGS = ("Time", "Server", "What", "Program (as it calls itself)", "Note")


class Options(Arguments):
    operand: str | None = None
    handed_out: bool = False
    last: int | None = None
    account: str | None = None
    json: bool = False


VERB = Verb(
    name="log",
    operand="[NAME|URL]",
    options=(
        Option(("--handed-out",), "show only what programs got, or were not allowed to get"),
        Option(("--last",), "show only so many events, the newest", "NUMBER", read=count),
        ACCOUNT,
        JSON,
    ),
    takes=Options,
    text="""\
Shows what happened to the credential of each server, or of one, the oldest event
first: logins, refreshes, refusals, changes, and each time that a program got a
token. The log is a file on this machine. It contains no secrets, and only the
newest events: some 1,500 to 3,000 of them.

A program is the first one above keyrack that is no shell. It says itself what it
is called, so the name helps to recognize it, but proves nothing. An event is
written before the program gets the token. A token in a variable or in another
program's store can be passed on without an event.

--json prints an array of objects with these fields: at (UTC), kind (login, set,
imported, refreshed, refresh-refused, token-refused, handed-out, not-handed-out,
published, revoked, cleared, renamed), server, url, account, way (token, header,
env, exec, bridge, python, screen), program, note.""",
    examples=(
        ("See which programs got a token of a server", "keyrack log linear --handed-out"),
        (
            "Count the hand-outs by program",
            "keyrack log --handed-out --json | jq -r '.[].program' | sort | uniq -c",
        ),
    ),
)


def run(context: Context, options: Options) -> int:
    adapters, out = context.adapters(), context.out
    events = list(adapters.events().all())
    if options.operand is not None:
        events = _of(adapters, events, options.operand)
    if options.account is not None:
        events = [event for event in events if event.account == options.account]
    if options.handed_out:
        events = [event for event in events if event.way]
    if options.last is not None:
        events = events[-options.last :]
    if options.json:
        from json import dumps

        out.line(dumps([_facts(event) for event in events]))
    elif not events:
        out.note("The log has no such event.")
    else:
        from keyrack.cli.output import columns

        for line in columns([HEADINGS, *(_cells(event, adapters.now()) for event in events)]):
            out.line("  ".join(line).rstrip())
    return 0


def _of(adapters: Adapters, events: list[Event], operand: str) -> list[Event]:
    """Those of a server, in all its accounts; also of one that no program lists any more."""
    from keyrack.cli.context import target
    from keyrack.domain.address_key import shown
    from keyrack.domain.errors import NoSuchServer
    from keyrack.domain.model import DEFAULT_ACCOUNT

    try:
        server = target(adapters, operand, DEFAULT_ACCOUNT)
    except NoSuchServer:
        found = [event for event in events if operand in (event.server, event.url)]
        if not found:
            raise
        return found
    names = (server.name, *server.aliases)
    url = shown(server.key.url) if server.key is not None else ""
    return [
        event
        for event in events
        if event.url == url and (event.server in names or (event.url and not server.tag))
    ]


def _cells(event: Event, now: float) -> tuple[str, ...]:
    from keyrack.domain.model import DEFAULT_ACCOUNT
    from keyrack.wording.events import to_whom, what
    from keyrack.wording.times import local

    account = "" if event.account in ("", DEFAULT_ACCOUNT) else f" · {event.account}"
    return (
        local(event.at, now),
        plain(f"{event.server}{account}", 60),
        plain(what(event), 40),
        plain(to_whom(event), 90) or "–",
        plain(event.note, 200),
    )


def _facts(event: Event) -> dict[str, Any]:
    """In ASCII, so that no string in it can send control codes to a terminal."""
    from keyrack.wording.times import utc

    return {
        "at": utc(event.at),
        "kind": event.kind,
        "server": event.server,
        "url": event.url or None,
        "account": event.account or None,
        "way": event.way or None,
        "program": event.program or None,
        "note": event.note,
    }
