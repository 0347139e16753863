"""`keyrack login`: the sign-in in the browser, without a screen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.cli.values import port, scopes
from keyrack.domain.errors import Cancelled, StoreAbsent, UsageError
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.domain.timetext import until

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Credential
    from keyrack.operations.login import LoginOptions

SECRET_VARIABLE = "KEYRACK_CLIENT_SECRET"

VERB = Verb(
    name="login",
    summary="log in with the browser",
    operand="NAME|URL",
    options=(
        Option(("--scope",), "ask for these scopes too; may be repeated", "SCOPES", repeat=True, read=scopes),
        Option(("--client-id",), "use this OAuth client instead of registering one", "ID"),
        Option(
            ("--client-secret-stdin",),
            f"read that client's secret from standard input (otherwise from {SECRET_VARIABLE})",
        ),
        Option(("--client-metadata-url",), "use this Client ID Metadata Document as the client", "URL"),
        Option(("--callback-port",), "listen there (otherwise 8085-8099, or any other)", "PORT", read=port),
        Option(("--no-browser",), "only show the address to open"),
        Option(("-v", "--verbose"), "show each step when it begins, and what was stored"),
        ACCOUNT,
    ),
    text="""\
Finds out how the server wants to be signed in to, opens the browser there, waits
for it to come back to 127.0.0.1, and stores the credential in the keychain. The
address is shown too, so any browser will do. Where that browser can't come back
(another machine, a container), paste the address that it ends on, and press
enter. Over ssh it shows the ssh -L line that brings it back by itself.

Nothing is stored before the end: ctrl+c leaves everything as it was. A client's
secret is never an argument, where other users and the shell's history could see
it. All that is said goes to standard error.""",
    examples=(
        ("A configured server", "keyrack login linear"),
        ("Any server", "keyrack login https://mcp.example.com/mcp"),
        ("With more rights than it asks for", 'keyrack login linear --scope "read write"'),
        (
            "With a client of your own",
            "pass show app/secret | keyrack login linear --client-id app --client-secret-stdin",
        ),
        ("On a machine without a browser", "keyrack login linear --no-browser"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.attend import attend
    from keyrack.cli.context import target
    from keyrack.cli.steps import Steps
    from keyrack.operations.login import login
    from keyrack.operations.login_control import LoginControl

    parts = context.parts()
    server = target(parts, args)
    options = _options(args)
    control = LoginControl()
    steps = Steps(context.out, control, verbose=args.verbose)
    try:
        credential = attend(
            lambda: login(parts, server, options, control=control, on_event=steps), control.cancel
        )
    except Cancelled:
        raise Cancelled("Stopped; everything is as it was.") from None
    except StoreAbsent as error:
        hint = "The terminal UI (keyrack alone) can log in and keep it in memory until it ends."
        raise StoreAbsent(str(error), hint=error.hint or hint) from None
    left = until(credential.expires_at, parts.now())
    context.out.note(f"✓ Logged in to {plain(server.name, 60)}; {'good for ' * (left != 'no expiry')}{left}.")
    if args.verbose:
        _tell(context, credential)
    return 0


def _options(args: SimpleNamespace) -> LoginOptions:
    from keyrack.operations.login import LoginOptions

    return LoginOptions(
        scopes=tuple(dict.fromkeys(scope for words in args.scope for scope in words)),
        client_id=args.client_id,
        client_secret=_client_secret(args),
        client_metadata_url=args.client_metadata_url,
        callback_port=args.callback_port,
        open_browser=not args.no_browser,
    )


def _client_secret(args: SimpleNamespace) -> Secret | None:
    """Only on request: standard input may be a pipe that never ends."""
    if args.client_id is None:
        if args.client_secret_stdin:
            raise UsageError("--client-secret-stdin needs --client-id.")
        return None
    if not args.client_secret_stdin:
        secret = os.environ.get(SECRET_VARIABLE)
        return Secret(secret) if secret else None
    from keyrack.cli.terminal import read_secret

    return read_secret("Client secret (not shown): ")


def _tell(context: Context, credential: Credential) -> None:
    facts = (
        ("Issuer", credential.issuer),
        ("Client", f"{credential.client_id} ({credential.client_kind})" if credential.client_id else None),
        ("Scopes", " ".join(credential.scopes)),
        ("Refresh", "yes" if credential.refreshable else "no"),
        ("Stored", credential.store),
    )
    for name, value in facts:
        if value:
            context.out.note(f"  {name:<8} {plain(value)}")
