"""`keyrack refresh`: new access tokens before the old ones end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Verb
from keyrack.domain.text import plain
from keyrack.domain.timetext import until

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Credential, Server

VERB = Verb(
    name="refresh",
    summary="refresh one credential now, or all that are due",
    operand="[NAME|URL]",
    options=(ACCOUNT,),
    text="""\
With a name it refreshes that credential now. Without one it refreshes every
credential that has expired or soon will, and has a refresh token; one that
fails does not stop the others, and the exit code is that of the first failure.

A failure in the network leaves the credential as it was (exit code 4). A refusal
by the authorization server is final: a person must log in (exit code 3).""",
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
    from keyrack.cli.exits import report
    from keyrack.domain.errors import KeyrackError
    from keyrack.domain.status import EXPIRY_WINDOW, Action
    from keyrack.operations.overview import overview
    from keyrack.operations.refresh import refresh

    parts, code = context.parts(), 0
    due = [row.server for row in overview(parts).rows
           if row.status.action is Action.REFRESH and account in (None, row.server.account)]  # fmt: skip
    for server in due:
        try:
            # Another process may have been quicker since the list was read.
            credential = refresh(parts, server, min_valid=EXPIRY_WINDOW)
        except KeyrackError as error:
            context.out.note(f"{plain(server.name, 60)}:")
            report(context.out, error)
            code = code or error.exit_code
        else:
            context.out.line(_said(server, credential, parts.now()))
    if not due:
        context.out.note("Nothing is due.")
    return code


def _said(server: Server, credential: Credential, now: float) -> str:
    account = "" if server.account == "default" else f" · {plain(server.account, 60)}"
    left = until(credential.expires_at, now)
    return f"✓ {plain(server.name, 60)}{account}: refreshed; {'good for ' * (left != 'no expiry')}{left}."
