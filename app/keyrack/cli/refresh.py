"""`keyrack refresh`: new access tokens before the old ones end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.cli.exits import OK, report
from keyrack.cli.spec import ACCOUNT, Verb
from keyrack.domain.text import plain
from keyrack.domain.timetext import good_for

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.cli.output import Output
    from keyrack.domain.model import Credential, Server

VERB = Verb(
    name="refresh",
    summary="refresh one credential now, or all that are due",
    operand="[NAME|URL]",
    options=(ACCOUNT,),
    text="""\
With a name it refreshes that credential now, also one that was refused before.
Without one it refreshes every credential that has a refresh token and has
expired or soon will, or whose expiry is unknown and that is an hour old, four at
a time; one that fails does not stop the others, and the exit code is that of the
first failure. After ctrl+c no other begins, and what has begun is finished.

A failure in the network leaves the credential as it was (exit code 4). Where the
authorization server refuses, a person must log in (exit code 3); the refresh
token is kept all the same, and "keyrack refresh NAME" tries it again.""",
    examples=(
        ("One, now", "keyrack refresh linear"),
        ("All that are due, from cron", "keyrack refresh"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.refresh import refresh

    parts = context.parts()
    if args.operand is None:
        return _refresh_due(context, args.account)
    from keyrack.cli.context import target

    server = target(parts, args)
    context.out.line(_said(server, refresh(parts, server), parts.now()))
    return 0


def _refresh_due(context: Context, account: str | None) -> int:
    from keyrack.cli.context import open_store
    from keyrack.domain.status import EXPIRY_WINDOW
    from keyrack.operations.overview import overview
    from keyrack.operations.refresh import due as rows_due
    from keyrack.operations.refresh import refresh

    parts = context.parts()
    rows = rows_due(overview(parts).rows, parts.now())
    due = [row.server for row in rows if account in (None, row.server.account)]
    if not due:
        context.out.note("Nothing is due.")
        return OK
    open_store(parts)
    return _side_by_side(
        due,
        # Another process may have been quicker since the list was read.
        lambda server: refresh(parts, server, min_valid=EXPIRY_WINDOW),
        lambda server, outcome: _tell(context.out, server, outcome, parts.now()),
    )


def _side_by_side(
    due: list[Server], work: Callable[[Server], Credential], tell: Callable[[Server, Any], int]
) -> int:
    """`tell` of each in the list's order; the first exit code that is not 0.

    The first ctrl+c lets no other begin and waits for those that have.
    """
    from queue import SimpleQueue

    from keyrack.cli.attend import attend
    from keyrack.operations.many import Many

    heard: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
    codes: list[int] = []

    def listen() -> None:
        outcomes: dict[int, Any] = {}
        while (one := heard.get()) is not None:
            outcomes[one[0]] = one[1]
            while len(codes) in outcomes:
                codes.append(tell(due[len(codes)], outcomes[len(codes)]))

    many = Many(
        range(len(due)),
        lambda number: work(due[number]),
        lambda number, outcome: heard.put((number, outcome)),
        lambda: heard.put(None),
    )
    try:
        attend(listen, many.stop)
    finally:
        many.stop()
    if len(codes) < len(due):
        raise KeyboardInterrupt
    return next(filter(None, codes), OK)


def _tell(out: Output, server: Server, outcome: Credential | Exception, now: float) -> int:
    from keyrack.domain.errors import KeyrackError

    if not isinstance(outcome, Exception):
        out.line(_said(server, outcome, now))
        return OK
    if not isinstance(outcome, KeyrackError):
        raise outcome
    out.note(f"{plain(server.called, 120)}:")
    report(out, outcome)
    return outcome.exit_code


def _said(server: Server, credential: Credential, now: float) -> str:
    return f"✓ {plain(server.called, 120)}: refreshed; {good_for(credential.expires_at, now)}."
