"""`keyrack clear`: delete a credential, and revoke it first if asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.errors import Cancelled, UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyrack.cli.context import Context
    from keyrack.domain.model import Server
    from keyrack.operations.ports import Adapters
    from keyrack.operations.receipt import Receipt


class Options(Arguments):
    operand: str | None = None
    stale: bool = False
    dry_run: bool = False
    check: bool = False
    revoke: bool = False
    forget: bool = False
    from_: str | None = None
    yes: bool = False
    account: str | None = None


VERB = Verb(
    name="clear",
    operand="[NAME|URL]",
    options=(
        Option(("--stale",), "find and delete stale credentials, with the reason for each"),
        Option(("--dry-run",), "with --stale: show what would be deleted, and delete nothing"),
        Option(("--check",), "with --stale: also test the logins of other programs on their servers"),
        Option(("--revoke",), "revoke the token at the authorization server first"),
        Option(("--forget",), "also delete keyrack's registration at the authorization server"),
        Option(("--from",), "delete the login that this program holds, instead of keyrack's", "PROGRAM"),
        Option(("-y", "--yes"), "skip the confirmation prompt"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Deletes the credential from the keychain and checks that it is gone. Without
--revoke, a copy of the token would still work until it expires. After a
revocation keyrack tests the token once more, because some servers still accept
it. The authorization server keeps the registration that keyrack made for itself
unless you delete it with --forget. keyrack offers that if the server supports it.

clear asks for confirmation; without a terminal it requires --yes. It prints a
line for each step, and exits with 1 if a step failed. Logins that other programs
hold are not touched, except with --from: then only that program's login for the
server is deleted, and keyrack undo reverses it.

A credential is stale if it has expired and can't be refreshed, if it was refused,
if no program lists its server any more, or if its client secret has expired or
its issuer no longer exists. Logins that other programs hold are stale if they have
expired and can't be refreshed, if no file that keyrack reads lists their server,
or, with --check, if their server refuses them. With --yes, one that may still work
is kept: a project in another folder may list its server.""",
    examples=(
        ("Delete a credential", "keyrack clear notion"),
        ("Revoke and delete everything without prompts", "keyrack clear notion --revoke --forget --yes"),
        ("Delete the login that Claude Code holds", "keyrack clear notion --from claude-code"),
        ("List stale credentials", "keyrack clear --stale --dry-run"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import target
    from keyrack.cli.receipt import line_of
    from keyrack.cli.terminal import agree
    from keyrack.operations.clearing.clear import clear
    from keyrack.operations.clearing.revoking import can_be_forgotten

    if options.from_ is not None:
        from keyrack.cli.clear_there import run as clear_there

        if options.operand is None or options.stale or options.forget:
            what = "NAME|URL" if options.operand is None else "neither --stale nor --forget"
            hint = "Run keyrack clear --help for usage."
            raise UsageError(f"With --from, keyrack clear takes {what}.", hint=hint)
        return clear_there(
            context,
            options.operand,
            options.from_,
            options.account,
            revoke=options.revoke,
            dry_run=options.dry_run,
            yes=options.yes,
        )
    if options.stale:
        return _clear_stale(context, options)
    if options.operand is None or options.dry_run or options.check:
        flag = "--dry-run" if options.dry_run else "--check"
        needs = "NAME|URL or --stale" if options.operand is None else f"--stale with {flag}"
        raise UsageError(f"keyrack clear needs {needs}.", hint="Run keyrack clear --help for usage.")
    adapters = context.adapters()
    server = target(adapters, options.operand, options.account, or_local=True)
    forget = options.forget or (not options.yes and _offer_to_forget(context, [server]))
    if not options.yes and not agree(context.out, _question(adapters, server, options.revoke, forget)):
        raise Cancelled("Nothing was changed.")
    droppable = options.yes and not forget and can_be_forgotten(adapters, server) is not None
    receipt = clear(adapters, server, revoke=options.revoke, forget=forget)
    for line in receipt.lines:
        context.out.line(line_of(line))
    if droppable and any(line.outcome == "stays" for line in receipt.lines):
        context.out.note("Next time, use --forget to delete the registration too.")
    return 0 if receipt.ok else ERROR


def _clear_stale(context: Context, options: Options) -> int:
    from keyrack.cli.receipt import line_of
    from keyrack.cli.terminal import agree
    from keyrack.operations.clearing.stale import Stale, clear_stale, find_stale
    from keyrack.operations.sharing.stale import may_be_of_use
    from keyrack.operations.tokens.service import revoke_words

    if options.operand is not None:
        raise UsageError("keyrack clear takes NAME|URL or --stale, not both.")
    out, adapters = context.out, context.adapters()
    found = find_stale(adapters, check=options.check)
    stale = [each for each in found if options.account in (None, each.server.account)]
    if options.yes:
        kept = [each for each in stale if each.held and may_be_of_use(adapters, each.held, each.server)]
        stale = [each for each in stale if each not in kept]
        if kept:
            several = f"{len(kept)} logins" if len(kept) > 1 else "1 login"
            out.note(
                f"{several} of other programs may still work. Run it without --yes to see what they are."
            )
    for each in stale:
        out.line(f"{plain(each.server.display_name, 120)}: {plain(each.why)}")
        words = None
        if options.revoke and each.held is None:
            words = revoke_words(adapters, each.server, each.credential)
        if words:
            out.line(f"  {plain(words)}")
    if not stale:
        out.note("Nothing is stale.")
    for place in (place for place in adapters.read().places if place.found == "broken"):
        out.note(f"{plain(place.path)} can't be read, so orphans are not listed.")
    if options.dry_run or not stale:
        return 0
    count = f"{len(stale)} credential{'' if len(stale) == 1 else 's'}"
    forget = options.forget or (
        not options.yes and _offer_to_forget(context, [each.server for each in stale if each.held is None])
    )
    if not options.yes and not agree(out, f"{'Revoke and delete' if options.revoke else 'Delete'} {count}?"):
        raise Cancelled("Nothing was changed.")

    def tell(each: Stale, receipt: Receipt) -> None:
        out.line(f"{plain(each.server.display_name, 120)}")
        for line in receipt.lines:
            out.line(f"  {line_of(line)}")

    done = clear_stale(adapters, stale, revoke=options.revoke, forget=forget, on_one=tell)
    return 0 if all(receipt.ok for _, receipt in done) else ERROR


def _offer_to_forget(context: Context, servers: Iterable[Server]) -> bool:
    """Ask before the credentials are deleted: the registrations can't be deleted without them."""
    from keyrack.cli.output import is_terminal
    from keyrack.cli.terminal import agree
    from keyrack.operations.clearing.revoking import can_be_forgotten

    if not is_terminal(sys.stdin):
        return False
    issuers = {can_be_forgotten(context.adapters(), server) for server in servers} - {None}
    where = ", ".join(sorted(plain(issuer or "") for issuer in issuers))
    return bool(where) and agree(
        context.out, f"keyrack is registered at {where}. Delete the registration too (--forget)?"
    )


def _question(adapters: Adapters, server: Server, revoke: bool, forget: bool) -> str:
    from keyrack.operations.clearing.revoking import lives_on
    from keyrack.operations.credential import credential_key
    from keyrack.operations.tokens.service import revoke_words

    what = f"the credential for {plain(server.display_name, 120)} ({plain(shown(server.url or ''))})"
    record = adapters.credentials().record(credential_key(server))
    credential = record.credential if record else None
    if revoke:
        words = revoke_words(adapters, server, credential)
        first = f"{plain(words)} Revoke and delete {what}" if words else f"Revoke and delete {what}"
    elif credential is not None:
        first = f"Any copy of the token {lives_on(credential, adapters.now())}. Delete {what}"
    else:
        first = f"Delete {what}"
    return f"{first}{' and the client registration' if forget else ''}?"
