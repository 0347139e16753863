"""`keyrack clear`: delete a credential, and revoke it first when asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR
from keyrack.cli.receipt import line_of
from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.errors import Cancelled, UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Server
    from keyrack.operations.parts import Parts
    from keyrack.operations.receipt import Receipt

VERB = Verb(
    name="clear",
    summary="delete a credential, with --revoke at the server too",
    operand="[NAME|URL]",
    options=(
        Option(("--stale",), "clear every credential that is of no more use, each with its reason"),
        Option(("--dry-run",), "with --stale: only tell what would be cleared"),
        Option(("--revoke",), "tell the authorization server first, so that the token stops working"),
        Option(("--forget",), "ask the authorization server to drop the client's registration too"),
        Option(("-y", "--yes"), "do not ask"),
        ACCOUNT,
    ),
    text="""\
Deletes the credential from the keychain and looks whether it is gone. Without
--revoke a copy of the token would work until it expires. After a revocation the
token is tried once more on its server, as some go on taking it. The registration
that keyrack made for itself stays with the authorization server, unless --forget
drops it, which is offered where the server has a way to.

It asks first; where there is no terminal to ask on, it wants --yes. What was done
is told line by line; the exit code is 1 where a line failed. Copies that other
programs keep for themselves are not touched.

Stale is what has expired without a way to refresh it, what was refused, what no
program names any more, and what can't be refreshed because its client's secret
ran out or its issuer is gone.""",
    examples=(
        ("Delete here", "keyrack clear notion"),
        ("The whole way out, in a script", "keyrack clear notion --revoke --forget --yes"),
        ("What has gathered over time?", "keyrack clear --stale --dry-run"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.cli.terminal import agree
    from keyrack.operations.clear import clear
    from keyrack.operations.revoking import can_be_forgotten

    if args.stale:
        return _clear_stale(context, args)
    if args.operand is None or args.dry_run:
        needs = "NAME|URL, or --stale" if args.operand is None else "--stale with --dry-run"
        raise UsageError(f"keyrack clear needs {needs}.", hint="keyrack clear --help tells how it is used.")
    parts = context.parts()
    server = target(parts, args)
    forget = args.forget or (not args.yes and _offer_to_forget(context, [server]))
    if not args.yes and not agree(context.out, _question(parts, server, args.revoke, forget)):
        raise Cancelled("Nothing was changed.")
    droppable = args.yes and not forget and can_be_forgotten(parts, server) is not None
    receipt = clear(parts, server, revoke=args.revoke, forget=forget)
    for line in receipt.lines:
        context.out.line(line_of(line))
    if droppable and any(line.outcome == "stays" for line in receipt.lines):
        context.out.note("With --forget the authorization server would have been asked to drop it too.")
    return 0 if receipt.ok else ERROR


def _clear_stale(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.terminal import agree
    from keyrack.operations.service import revoke_words
    from keyrack.operations.stale import Stale, clear_stale, find_stale

    if args.operand is not None:
        raise UsageError("keyrack clear takes a name or --stale, not both.")
    out, parts = context.out, context.parts()
    stale = [each for each in find_stale(parts) if args.account in (None, each.server.account)]
    for each in stale:
        out.line(f"{plain(each.server.called, 120)}: {plain(each.why)}")
        words = revoke_words(parts, each.server, each.credential) if args.revoke else None
        if words:
            out.line(f"  {plain(words)}")
    if not stale:
        out.note("Nothing is stale.")
    for place in (place for place in parts.read().places if place.found == "broken"):
        out.note(f"{plain(place.path)} can't be read, so nothing is taken for an orphan.")
    if args.dry_run or not stale:
        return 0
    count = f"{len(stale)} credential{'' if len(stale) == 1 else 's'}"
    forget = args.forget or (not args.yes and _offer_to_forget(context, [each.server for each in stale]))
    if not args.yes and not agree(out, f"{'Revoke and delete' if args.revoke else 'Delete'} {count}?"):
        raise Cancelled("Nothing was changed.")

    def tell(each: Stale, receipt: Receipt) -> None:
        out.line(f"{plain(each.server.called, 120)}")
        for line in receipt.lines:
            out.line(f"  {line_of(line)}")

    done = clear_stale(parts, stale, revoke=args.revoke, forget=forget, on_one=tell)
    return 0 if all(receipt.ok for _, receipt in done) else ERROR


def _offer_to_forget(context: Context, servers: Iterable[Server]) -> bool:
    """Before the credentials are deleted, with which the way to drop their registrations goes too."""
    from keyrack.cli.output import is_terminal
    from keyrack.cli.terminal import agree
    from keyrack.operations.revoking import can_be_forgotten

    if not is_terminal(sys.stdin):
        return False
    issuers = {can_be_forgotten(context.parts(), server) for server in servers} - {None}
    where = ", ".join(sorted(plain(issuer or "") for issuer in issuers))
    return bool(where) and agree(
        context.out, f"keyrack is registered at {where}. Drop the registration too (--forget)?"
    )


def _question(parts: Parts, server: Server, revoke: bool, forget: bool) -> str:
    from keyrack.operations.credential import key_of
    from keyrack.operations.revoking import lives_on
    from keyrack.operations.service import revoke_words

    what = f"the credential for {plain(server.called, 120)} ({plain(shown(server.url or ''))})"
    record = parts.rack().record(*key_of(server))
    credential = record.credential if record else None
    if revoke:
        words = revoke_words(parts, server, credential)
        first = f"{plain(words)} Revoke and delete {what}" if words else f"Revoke and delete {what}"
    elif credential is not None:
        first = f"Elsewhere the token {lives_on(credential, parts.now())}. Delete {what}"
    else:
        first = f"Delete {what}"
    return f"{first}{', and drop the client registration' if forget else ''}?"
