"""`keyrack set`: keep a token that a person made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.cli.values import header_name, template
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain
from keyrack.domain.timetext import parse_expiry, until

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context

VERB = Verb(
    name="set",
    summary="store a token made by hand",
    operand="NAME|URL",
    options=(
        Option(
            ("--header",), "the header that carries it (otherwise Authorization)", "NAME", read=header_name
        ),
        Option(
            ("--template",),
            "the header's value (otherwise Bearer {token}, or {token} alone in another header)",
            "TEXT",
            read=template,
        ),
        Option(("--expires",), "when it ends: a date (2026-12-31, UTC) or a span (90d, 12h, 8w, 1y)", "WHEN"),
        Option(
            ("--field",), "a field beside the token, no secret; may be repeated", "KEY=VALUE", repeat=True
        ),
        Option(("--no-check",), "store it without trying it on the server"),
        Option(("--at-service",), "ask the service's own API too: whose it is, its scopes, when it ends"),
        ACCOUNT,
    ),
    text="""\
For servers without OAuth: a personal access token or an API key. The token is
typed at a prompt that does not show it, or comes on standard input; it is never
an argument, where other users and the shell's history could see it. What stands
around it (Bearer, NAME=, quotes) is taken off.

keyrack knows many services: it asks for each field that theirs needs (an e-mail
address and a token, two keys) and sends them in the headers that they want.
Where several are secret, pipe a line KEY=VALUE for each.

It is tried on the server first; a refused token is not stored.""",
    examples=(
        ("Typed by hand", "keyrack set github"),
        ("From a password manager", "pass show github/pat | keyrack set github --expires 90d"),
        ("Where an e-mail address belongs to it", "keyrack set jira --field email=ada@example.com"),
        ("In a header of the service's own", "keyrack set internal --header X-API-Key"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.fields import read_fields
    from keyrack.operations.service import card_for
    from keyrack.operations.set_token import Typed, set_token

    parts = context.parts()
    server = target(parts, args)
    expires_at = _expires_at(args.expires, parts.now())
    card = card_for(parts, server.url)
    open_store(parts)
    own_form = args.header or args.template or card is None or not card.takes_token
    fields = read_fields(context.out, None if own_form else card, server.name, server.url or "", args.field)
    if own_form and card is not None:
        fields = {card.main_field: fields["token"]}
    typed = Typed(fields, args.header, args.template, expires_at)
    saved = set_token(parts, server, typed, try_it=not args.no_check, at_service=args.at_service)
    credential = saved.credential
    tried = "" if saved.check is None else f" {plain(saved.check.reason)}".rstrip()
    if saved.service is not None:
        tried += f" {plain(saved.service.sentence)}"
    left = until(credential.expires_at, parts.now())
    name, store = plain(server.name, 60), plain(credential.store, 60)
    context.out.note(f"✓ The token for {name} is in {store}; {left}.{tried}")
    return 0


def _expires_at(text: str | None, now: float) -> float | None:
    if text is None:
        return None
    try:
        return parse_expiry(text, now)
    except ValueError as error:
        raise UsageError(f"--expires: {error}", hint="keyrack set --help tells how it is used.") from None
