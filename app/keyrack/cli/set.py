"""`keyrack set`: store a token that was created by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import header_name, template
from keyrack.domain.errors import TokenRefused, UsageError
from keyrack.domain.text import plain
from keyrack.wording.commands import command_line
from keyrack.wording.glyphs import DONE
from keyrack.wording.times import good_for, parse_expiry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyrack.cli.context import Context
    from keyrack.domain.model import Check
    from keyrack.domain.secret import Secret
    from keyrack.domain.service import Service


class Options(Arguments):
    operand: str
    header: str | None = None
    template: str | None = None
    expires: str | None = None
    field: tuple[str, ...] = ()
    secret: str | None = None
    no_check: bool = False
    at_service: bool = False
    account: str | None = None


VERB = Verb(
    name="set",
    operand="NAME|URL",
    options=(
        Option(
            ("--header",),
            "send the token in this header (default: Authorization, or the service's own)",
            "NAME",
            read=header_name,
        ),
        Option(
            ("--template",),
            "the header's value (default: Bearer {token}, or {token} in another header)",
            "TEXT",
            read=template,
        ),
        Option(
            ("--expires",),
            "when the token expires: a date (2026-12-31, UTC) or a duration (90d, 12h, 8w, 1y)",
            "WHEN",
        ),
        Option(
            ("--field",), "set another field that is not secret; can be repeated", "KEY=VALUE", repeat=True
        ),
        Option(("--secret",), "of a local server: set only this secret, which can be new", "NAME"),
        Option(("--no-check",), "store the token without testing it on the server"),
        Option(("--at-service",), "also ask the service's own API for the token's owner, scopes and expiry"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Stores a personal access token or an API key, for servers without OAuth. Type the
token at the prompt, which does not show it, or pipe it to standard input. It is
never an argument, because other users and the shell history could see it. Any
Bearer prefix, NAME= or quotes around it are removed.

keyrack knows many services. It asks for each field that the service needs, such
as an email address and a token, or two keys, and sends them in the right headers.
To pipe several secrets, write one KEY=VALUE line for each. To add a service or
correct one, put a .toml file into the cards folder next to config.toml.

The token is tested on the server first. A refused token is not stored.

For a local server (stdio) whose secrets keyrack has adopted, it asks for one of
them, with --secret, or for all. They can't be tested.""",
    examples=(
        ("Type a token", "keyrack set github"),
        ("Pipe it from a password manager", "pass show github/pat | keyrack set github --expires 90d"),
        ("Add the email address that belongs to it", "keyrack set jira --field email=ada@example.com"),
        ("Send it in a custom header", "keyrack set internal --header X-API-Key"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.fields import WHOLE, read_fields
    from keyrack.operations.tokens.service import service_for
    from keyrack.operations.tokens.set_token import Typed, set_token, way_of

    adapters = context.adapters()
    server = target(adapters, options.operand, options.account, or_local=True)
    if server.url is None:
        from keyrack.cli.set_secrets import run as set_secrets

        if options.header or options.template or options.expires or options.field or options.at_service:
            raise UsageError(
                f"{server.name} is a local process (stdio): only --secret applies.",
                hint="Run keyrack set --help for usage.",
            )
        return set_secrets(context, server, options.secret)
    if options.secret:
        raise UsageError("--secret is for local servers (stdio).", hint="Run keyrack set --help for usage.")
    expires_at = _expires_at(options.expires, adapters.now())
    service = service_for(adapters, server.url)
    open_store(adapters)
    own_form = way_of(service, options.header, options.template) is None
    fields = read_fields(context.out, None if own_form else service, server.name, options.field)
    if own_form and service is not None:
        fields = {service.main_field: fields[WHOLE]}
    for warning in _warnings(service, fields):
        context.out.note(f"! {warning}")
    typed = Typed(fields, options.header, options.template, expires_at)
    try:
        saved = set_token(adapters, server, typed, try_it=not options.no_check, at_service=options.at_service)
    except TokenRefused as error:
        if error.in_other_header and options.header is None:
            command = command_line("set", server, "--header", "X-API-Key")
            error.hint += f" If the server wants it in another header: {command}"
        raise
    said = [_tried(saved.check), saved.service.sentence if saved.service else ""]
    if options.at_service and saved.service is None:
        said.append("keyrack doesn't know how to check this token with the service.")
    tried = "".join(f" {plain(sentence)}" for sentence in said if sentence)
    ends = _ends(service, saved.credential.expires_at, adapters.now())
    name, store = plain(server.display_name, 120), plain(saved.credential.store, 60)
    context.out.note(f"{DONE} The token for {name} is in {store}; {ends}.{tried}")
    return 0


def _warnings(service: Service | None, fields: Mapping[str, Secret]) -> list[str]:
    """What looks wrong with the input. Only hints: vendors change their formats."""
    if service is None:
        return []
    from keyrack.domain.service.token_format import format_hint

    labels = {field.key: field.label for field in service.fields}
    found = [(labels.get(key, "Token"), format_hint(service, value, key)) for key, value in fields.items()]
    return [f"{label}: {look.sentence}" for label, look in found if look.level in ("wrong", "odd")]


def _ends(service: Service | None, expires_at: float | None, now: float) -> str:
    if expires_at is not None:
        return good_for(expires_at, now)
    return "it never expires" if service is not None and service.never_expires else "expiry unknown"


def _tried(check: Check | None) -> str:
    if check is None:
        return "It was not tested."
    if check.verdict in ("unreachable", "unknown"):
        return f"It could not be tried: {check.reason}"
    return check.reason


def _expires_at(text: str | None, now: float) -> float | None:
    if text is None:
        return None
    try:
        return parse_expiry(text, now)
    except ValueError as error:
        raise UsageError(f"--expires: {error}", hint="Run keyrack set --help for usage.") from None
