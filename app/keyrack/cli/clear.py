"""`keyrack clear`: delete a credential, and revoke it first when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR
from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.domain.errors import Cancelled
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Server
    from keyrack.operations.receipt import Line

VERB = Verb(
    name="clear",
    summary="delete a credential, with --revoke at the server too",
    operand="NAME|URL",
    options=(
        Option(("--revoke",), "tell the authorization server first, so that the token stops working"),
        Option(("--forget",), "drop the client registration too"),
        Option(("-y", "--yes"), "do not ask"),
        ACCOUNT,
    ),
    text="""\
Deletes the credential from the keychain and looks whether it is gone. Without
--revoke a copy of the token would work until it expires. It asks first; where
there is no terminal to ask on, it wants --yes. What was done is told line by
line; the exit code is 1 where a line failed. Copies that other programs keep
for themselves are not touched.""",
    examples=(
        ("Delete here", "keyrack clear notion"),
        ("The whole way out, in a script", "keyrack clear notion --revoke --forget --yes"),
    ),
)

_GLYPHS = {"done": "✓", "not supported": "–", "nothing to do": "–", "failed": "✕"}


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.cli.terminal import agree
    from keyrack.operations.clear import clear

    parts = context.parts()
    server = target(parts, args)
    if not args.yes and not agree(context.out, _question(server, args.revoke, args.forget)):
        raise Cancelled("Nothing was changed.")
    receipt = clear(parts, server, revoke=args.revoke, forget=args.forget)
    for line in receipt.lines:
        context.out.line(_told(line))
    return 0 if receipt.ok else ERROR


def _question(server: Server, revoke: bool, forget: bool) -> str:
    where = f"{plain(server.url or '')}, account {plain(server.account, 60)}"
    what = f"the credential for {plain(server.name, 60)} ({where})"
    first = f"Revoke and delete {what}" if revoke else f"Delete {what}; the token works until it expires"
    return f"{first}{', and forget the client registration' if forget else ''}?"


def _told(line: Line) -> str:
    outcome = "" if line.outcome == "done" else f": {line.outcome}"
    detail = f" ({plain(line.detail)})" if line.detail else ""
    return f"{_GLYPHS[line.outcome]} {plain(line.what, 80)}{outcome}{detail}"
