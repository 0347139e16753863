"""`keyrack token`: an access token for a script, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.cli.values import seconds
from keyrack.domain.errors import Ambiguous, LoginNeeded
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context

VERB = Verb(
    name="token",
    summary="print an access token, refreshed when due",
    operand="NAME|URL",
    options=(
        Option(
            ("--min-valid",), "refresh unless it is good for so long (otherwise 60)", "SECONDS", read=seconds
        ),
        ACCOUNT,
    ),
    text="""\
Writes the token and a newline to standard output; everything else goes to
standard error. It never opens a browser: where a person must log in, it exits
with 3 and says so. Several at once refresh only once. Where even a new token
does not live as long as --min-valid asks, it is handed out all the same, and a
word about it goes to standard error. A token whose expiry nobody told is
refreshed when it is an hour old.""",
    examples=(
        (
            "Call a server by hand",
            'curl -H "Authorization: Bearer $(keyrack token linear)" https://mcp.linear.app/mcp',
        ),
        ("A token for a job of half an hour", "keyrack token linear --min-valid 1800"),
        ("Log in when it is needed", "keyrack token linear || keyrack login linear"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.domain.status import REFRESH_EARLY
    from keyrack.operations.hand_out import hand_out

    parts = context.parts()
    try:
        server = target(parts, args)
    except Ambiguous as error:  # a script knows what to do where a person has to act
        raise LoginNeeded(str(error), hint=error.hint) from None
    given = hand_out(parts, server, min_valid=REFRESH_EARLY if args.min_valid is None else args.min_valid)
    for note in given.notes:
        context.out.note(f"keyrack: {plain(note)}")
    context.out.value(given.token.reveal())
    return 0
