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
        Option(("--no-check",), "store it without trying it on the server"),
        ACCOUNT,
    ),
    text="""\
For servers without OAuth: a personal access token or an API key. The token is
typed at a prompt that does not show it, or comes on standard input; it is never
an argument, where other users and the shell's history could see it. What stands
around it (Bearer, NAME=, quotes) is taken off.

It is tried on the server first; a refused token is not stored.""",
    examples=(
        ("Typed by hand", "keyrack set github"),
        ("From a password manager", "pass show github/pat | keyrack set github --expires 90d"),
        ("In a header of the service's own", "keyrack set internal --header X-API-Key"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.cli.terminal import read_secret
    from keyrack.operations.set_token import clean, set_token

    parts = context.parts()
    server = target(parts, args)
    expires_at = _expires_at(args.expires, parts.now())
    header = args.header or "Authorization"
    saved = set_token(
        parts,
        server,
        clean(read_secret(f"Token for {plain(server.name, 60)} (not shown): ").reveal()),
        header=header,
        template=args.template or ("Bearer {token}" if header.lower() == "authorization" else "{token}"),
        expires_at=expires_at,
        try_it=not args.no_check,
    )
    credential = saved.credential
    tried = "" if saved.check is None else f" {plain(saved.check.reason)}".rstrip()
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
