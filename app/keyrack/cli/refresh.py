"""`keyrack refresh`: get new access tokens before the old ones expire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.cli.exits import OK, report
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import seconds
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE
from keyrack.wording.times import good_for

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.cli.output import Output
    from keyrack.domain.model import CredentialInfo, Server


class Options(Arguments):
    operand: str | None = None
    min_valid: float | None = None
    account: str | None = None


VERB = Verb(
    name="refresh",
    operand="[NAME|URL]",
    options=(
        Option(("--min-valid",), "only if less than this is left", "SECONDS", read=seconds),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
With a name, refreshes that credential now, even if an earlier refresh was
refused. Without a name, refreshes every credential that has a refresh token and
has expired or expires soon, or has no known expiry and is an hour old. Four run at
a time. If one fails, the others continue, and the exit code is that of the first
failure. ctrl+c finishes the refreshes in progress and starts no more.

After a network failure the credential is unchanged (exit code 4). If the
authorization server refuses, you must log in again (exit code 3). The refresh
token is kept, so "keyrack refresh NAME" can try it again.""",
    examples=(
        ("Refresh one now", "keyrack refresh linear"),
        ("Refresh all that are due, for instance from cron", "keyrack refresh"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.operations.tokens.refresh import refresh

    adapters = context.adapters()
    if options.operand is None:
        return _refresh_due(context, options)
    from keyrack.cli.context import target

    server = target(adapters, options.operand, options.account)
    before = adapters.now()
    credential = refresh(adapters, server, min_valid=options.min_valid)
    context.out.line(_said(server, credential, before, adapters.now()))
    _publish(context, [server])
    return 0


def _refresh_due(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store
    from keyrack.domain.status import EXPIRY_WINDOW
    from keyrack.operations.servers.overview import overview
    from keyrack.operations.tokens.refresh import due as rows_due
    from keyrack.operations.tokens.refresh import refresh

    adapters = context.adapters()
    before = adapters.now()
    min_valid = EXPIRY_WINDOW if options.min_valid is None else options.min_valid
    rows = rows_due(overview(adapters).rows, before, min_valid)
    due = [row.server for row in rows if options.account in (None, row.server.account)]
    if not due:
        context.out.note("Nothing needs a refresh.")
        return OK
    open_store(adapters)
    code = _side_by_side(
        due,
        # Another process may have refreshed it since the list was read.
        lambda server: refresh(adapters, server, min_valid=min_valid),
        lambda server, outcome: _tell(context.out, server, outcome, before, adapters.now()),
    )
    _publish(context, due)
    return code


def _publish(context: Context, servers: list[Server]) -> None:
    for server in servers:
        if server.publish:
            from keyrack.cli.publishing import after_answer

            after_answer(context, server)


def _side_by_side(
    due: list[Server], work: Callable[[Server], CredentialInfo], tell: Callable[[Server, Any], int]
) -> int:
    """Call `tell` for each in the list's order. Returns the first exit code that is not 0.

    The first ctrl+c starts no more and waits for those in progress.
    """
    from queue import SimpleQueue

    from keyrack.system.batch import Batch
    from keyrack.system.threads import run_cancellable

    heard: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
    codes: list[int] = []

    def listen() -> None:
        outcomes: dict[int, Any] = {}
        while (one := heard.get()) is not None:
            outcomes[one[0]] = one[1]
            while len(codes) in outcomes:
                codes.append(tell(due[len(codes)], outcomes[len(codes)]))

    many = Batch(
        range(len(due)),
        lambda number: work(due[number]),
        lambda number, outcome: heard.put((number, outcome)),
        lambda: heard.put(None),
    )
    try:
        run_cancellable(listen, many.stop)
    finally:
        many.stop()
    if len(codes) < len(due):
        raise KeyboardInterrupt
    return next(filter(None, codes), OK)


def _tell(out: Output, server: Server, outcome: CredentialInfo | Exception, before: float, now: float) -> int:
    from keyrack.domain.errors import KeyrackError

    if not isinstance(outcome, Exception):
        out.line(_said(server, outcome, before, now))
        return OK
    if not isinstance(outcome, KeyrackError):
        raise outcome
    out.note(f"{plain(server.display_name, 120)}:")
    report(out, outcome)
    return outcome.exit_code


def _said(server: Server, credential: CredentialInfo, before: float, now: float) -> str:
    refreshed_at = credential.refreshed_at
    done = "not due yet" if refreshed_at is not None and refreshed_at < before else "refreshed"
    return f"{DONE} {plain(server.display_name, 120)}: {done}; {good_for(credential.expires_at, now)}."
