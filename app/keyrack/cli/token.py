"""`keyrack token`: print an access token for a script, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import seconds
from keyrack.domain.errors import Ambiguous, LoginNeeded
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operand: str
    min_valid: float | None = None
    account: str | None = None


VERB = Verb(
    name="token",
    operand="NAME|URL",
    options=(
        Option(("--min-valid",), "refresh if less than this is left (default: 60)", "SECONDS", read=seconds),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Prints the token and a newline to standard output. Everything else goes to
standard error. It never opens a browser: if a login is needed, it exits with
code 3 and says so. Concurrent calls refresh only once. If even a new token
expires sooner than --min-valid asks, it is printed anyway, with a warning on
standard error. A token of unknown expiry is refreshed once it is an hour old.""",
    examples=(
        (
            "Call a server with curl",
            'curl -H "Authorization: Bearer $(keyrack token linear)" https://mcp.linear.app/mcp',
        ),
        ("Get a token for a half-hour job", "keyrack token linear --min-valid 1800"),
        ("Log in if needed", "keyrack token linear || keyrack login linear"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import target
    from keyrack.domain.status import REFRESH_EARLY
    from keyrack.operations.tokens.get_token import get_token

    adapters = context.adapters()
    try:
        server = target(adapters, options.operand, options.account)
    except Ambiguous as error:  # scripts already handle this exit code: a person must act
        raise LoginNeeded(str(error), hint=error.hint) from None
    min_valid = REFRESH_EARLY if options.min_valid is None else options.min_valid
    given = get_token(adapters, server, min_valid=min_valid)
    for note in given.notes:
        context.out.note(f"keyrack: {plain(note)}")
    context.out.value(given.token.reveal())
    if server.publish:
        from keyrack.cli.publishing import after_answer

        after_answer(context, server)
    return 0
