"""`keyrack token`: print an access token for a script, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import seconds
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.tokens.get_token import IssuedToken


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
    from keyrack.cli.asking import asked_for, url_asked_for
    from keyrack.operations.handout.hand_out import hand_out

    adapters = context.adapters()
    server = asked_for(adapters, options.operand, options.account)
    given = hand_out(adapters, server, "token", min_valid=options.min_valid, for_url=url_asked_for())
    for note in (*given.notes, *_one_of_several(given)):
        context.out.note(f"keyrack: {plain(note)}")
    context.out.value(given.token.reveal())
    if server.publish:
        from keyrack.cli.publishing import after_answer

        after_answer(context, server)
    return 0


def _one_of_several(given: IssuedToken) -> tuple[str, ...]:
    """A note for a credential that consists of more than one value."""
    if len(given.headers) < 2:
        return ()
    names, token = list(given.headers), given.token.reveal()
    carrier = next((name for name, value in given.headers.items() if token in value.reveal()), names[-1])
    several = " and ".join((", ".join(names[:-1]), names[-1]))
    return (
        f"This credential needs {len(names)} headers, {several}. This is the value of {carrier}.",
        "keyrack header prints them all.",
    )
