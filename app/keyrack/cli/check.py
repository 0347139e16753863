"""`keyrack check`: test the credential on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, LOGIN_NEEDED, OK, TEMPORARY
from keyrack.cli.spec import ACCOUNT, JSON, Arguments, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE, FAILED, NONE_STORED, UNKNOWN, WARNING
from keyrack.wording.times import utc

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.model import Check, Server
    from keyrack.domain.status import Action
    from keyrack.operations.ports import Adapters


class Options(Arguments):
    operand: str
    account: str | None = None
    json: bool = False


VERB = Verb(
    name="check",
    operand="NAME|URL",
    options=(ACCOUNT, JSON),
    takes=Options,
    text="""\
Sends one MCP handshake to the server, with the stored token if there is one, and
prints the result: open (no login needed), optional (works without a login, but
has one), required, accepted, refused, unreachable or unknown, and the server's
MCP revision. A token counts as accepted only if the server refuses the same
request without it; otherwise it could not be tested. The list remembers the
result.

Exits with 0 if the server can be used as it is, 3 if you must log in, 4 if the
server can't be reached, and 1 if its answer is not understood. --json prints an
object with name, url, account, verdict, reason, revision, checked_at and
next.""",
    examples=(
        ("Test a stored token", "keyrack check linear"),
        ("See whether a new server needs a login", "keyrack check https://mcp.example.com/mcp"),
    ),
)

# The glyph, the words and the exit code of each verdict.
_SAID = {
    "open": (DONE, "open: no login needed", OK),
    "optional": (DONE, "optional: works without a login, but perhaps not fully", OK),
    "accepted": (DONE, "accepted: the server accepts the credential", OK),
    "required": (NONE_STORED, "required: the server needs a credential, and none is stored", LOGIN_NEEDED),
    "refused": (FAILED, "refused: the server does not accept the credential", LOGIN_NEEDED),
    "unreachable": (WARNING, "unreachable", TEMPORARY),
    "unknown": (UNKNOWN, "unknown: the server's answer was not understood", ERROR),
}


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import target
    from keyrack.operations.servers.check import check
    from keyrack.wording.commands import command_for

    adapters = context.adapters()
    server = target(adapters, options.operand, options.account)
    found = check(adapters, server)
    glyph, words, code = _SAID[found.verdict]
    command = command_for(_next(adapters, server, found), server)
    out = context.out
    if options.json:
        out.line(_as_json(server, found, command))
        return code
    out.line(f"{glyph} {plain(server.display_name, 120)}: {words}.")
    if found.reason:
        out.line(f"  {plain(found.reason)}")
    if found.revision:
        out.line(f"  MCP {plain(found.revision, 40)}")
    if command:
        out.line(f"  Next: {plain(command)}")
    return code


def _next(adapters: Adapters, server: Server, found: Check) -> Action | None:
    """What would help. A header that the configuration sends can only be fixed there."""
    from keyrack.domain.status import Action, authorization_header
    from keyrack.operations.credential import credential_key

    if found.verdict == "unreachable":
        return Action.CHECK
    header = authorization_header(server)
    if found.verdict not in ("required", "refused", "optional"):
        return None
    if header is not None and not header.is_empty:
        return None
    record = adapters.credentials().record(credential_key(server))
    stored = record.credential if record is not None else None
    if (found.verdict == "optional" and stored is not None) or (server.helper is not None and stored is None):
        return None
    return Action.TOKEN if stored is not None and stored.kind == "token" else Action.LOGIN


def _as_json(server: Server, found: Check, command: str | None) -> str:
    from json import dumps

    return dumps(
        {
            "name": server.name,
            "url": server.url and shown(server.url),
            "account": server.account,
            "verdict": found.verdict,
            "reason": found.reason,
            "revision": found.revision,
            "checked_at": utc(found.at),
            "next": command,
        }
    )
