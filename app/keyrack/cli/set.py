"""`keyrack set`: keep a token that a person made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.cli.values import header_name, template
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain
from keyrack.domain.timetext import good_for, parse_expiry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import SimpleNamespace

    from keyrack.cards.card import Card
    from keyrack.cli.context import Context
    from keyrack.domain.model import Check
    from keyrack.domain.secret import Secret

VERB = Verb(
    name="set",
    summary="store a token made by hand",
    operand="NAME|URL",
    options=(
        Option(
            ("--header",),
            "the header that carries it (otherwise Authorization, or what the service wants)",
            "NAME",
            read=header_name,
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
Where several are secret, pipe a line KEY=VALUE for each. Your own cards, and
corrections to keyrack's, are *.toml in the folder cards beside config.toml.

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
    from keyrack.cli.fields import WHOLE, read_fields
    from keyrack.operations.service import card_for
    from keyrack.operations.set_token import Typed, set_token, way_of

    parts = context.parts()
    server = target(parts, args)
    expires_at = _expires_at(args.expires, parts.now())
    card = card_for(parts, server.url)
    open_store(parts)
    own_form = way_of(card, args.header, args.template) is None
    fields = read_fields(context.out, None if own_form else card, server.name, args.field)
    if own_form and card is not None:
        fields = {card.main_field: fields[WHOLE]}
    for warning in _warnings(card, fields):
        context.out.note(f"! {warning}")
    typed = Typed(fields, args.header, args.template, expires_at)
    saved = set_token(parts, server, typed, try_it=not args.no_check, at_service=args.at_service)
    said = [_tried(saved.check), saved.service.sentence if saved.service else ""]
    if args.at_service and saved.service is None:
        said.append("keyrack knows no check of the service's own for it.")
    tried = "".join(f" {plain(sentence)}" for sentence in said if sentence)
    ends = _ends(card, saved.credential.expires_at, parts.now())
    name, store = plain(server.called, 120), plain(saved.credential.store, 60)
    context.out.note(f"✓ The token for {name} is in {store}; {ends}.{tried}")
    return 0


def _warnings(card: Card | None, fields: Mapping[str, Secret]) -> list[str]:
    """What looks wrong with what was typed. Hints: vendors change their formats."""
    if card is None:
        return []
    from keyrack.cards.judge import looks

    labels = {field.key: field.label for field in card.fields}
    found = [(labels.get(key, "Token"), looks(card, value, key)) for key, value in fields.items()]
    return [f"{label}: {look.sentence}" for label, look in found if look.level in ("wrong", "odd")]


def _ends(card: Card | None, expires_at: float | None, now: float) -> str:
    if expires_at is not None:
        return good_for(expires_at, now)
    return "it never expires" if card is not None and card.never_expires else "expiry unknown"


def _tried(check: Check | None) -> str:
    if check is None:
        return "It was not tried."
    if check.verdict in ("unreachable", "unknown"):
        return f"It could not be tried: {check.reason}"
    return check.reason


def _expires_at(text: str | None, now: float) -> float | None:
    if text is None:
        return None
    try:
        return parse_expiry(text, now)
    except ValueError as error:
        raise UsageError(f"--expires: {error}", hint="keyrack set --help tells how it is used.") from None
