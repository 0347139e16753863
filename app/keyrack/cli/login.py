"""`keyrack login`: the sign-in in the browser, without a screen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.exits import INTERRUPTED, report
from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.cli.values import loopback_host, port, scopes
from keyrack.domain.errors import Cancelled, StoreAbsent, UsageError
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.domain.timetext import good_for

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Credential, Server
    from keyrack.operations.login import LoginOptions

SECRET_VARIABLE = "KEYRACK_CLIENT_SECRET"

VERB = Verb(
    name="login",
    summary="log in with the browser",
    operand="NAME|URL",
    options=(
        Option(
            ("--scope",),
            "ask for these scopes too, now and at later logins; may be repeated",
            "SCOPES",
            repeat=True,
            read=scopes,
        ),
        Option(
            ("--drop-scope",),
            "do not ask for these, and forget those that --scope had added; may be repeated",
            "SCOPES",
            repeat=True,
            read=scopes,
        ),
        Option(("--reset-scopes",), "forget all scopes that --scope had added"),
        Option(("--client-id",), "use this OAuth client instead of registering one", "ID"),
        Option(
            ("--client-secret-stdin",),
            f"read that client's secret from standard input (otherwise from {SECRET_VARIABLE})",
        ),
        Option(
            ("--client-key-stdin",),
            "read that client's private key (PEM or JWK) from standard input, for private_key_jwt",
        ),
        Option(("--client-metadata-url",), "use this Client ID Metadata Document as the client", "URL"),
        Option(("--callback-port",), "listen there (otherwise 8085-8099, or any other)", "PORT", read=port),
        Option(
            ("--redirect-host",),
            "what the redirect URI calls this machine, where your app was registered so",
            "localhost|127.0.0.1",
            read=loopback_host,
        ),
        Option(("--no-browser",), "only show the address to open, and a code for another device"),
        Option(("-v", "--verbose"), "show each request and reply, secrets masked, and what was stored"),
        ACCOUNT,
    ),
    text="""\
Finds out how the server wants to be signed in to, opens the browser there, waits
for it to come back to 127.0.0.1, and stores the credential in the keychain. The
address is shown too, so any browser will do. Where that browser can't come back
(another machine, a container), paste the address that it ends on, and press
enter. Over ssh it shows the ssh -L line that brings it back by itself, and where
the server offers it, a code to type on any other device.

A machine logs in by itself: with grant_type = "client_credentials" and a
client_id in keyrack's own file nobody has to sign in. Give the secret or the key
once; it is kept in the keychain.

A sign-in page that does not know keyrack any more, or takes localhost and not
127.0.0.1, never sends the browser back. Type register, or localhost, while the
login waits. After a login that was stopped there, or that nobody came back from,
the next one registers anew by itself.

Nothing is stored before the end: ctrl+c leaves everything as it was. A client's
secret is never an argument, where other users and the shell's history could see
it. All that is said goes to standard error.""",
    examples=(
        ("A configured server", "keyrack login linear"),
        ("Any server", "keyrack login https://mcp.example.com/mcp"),
        ("With more rights than it asks for", 'keyrack login linear --scope "read write"'),
        ("And with one of them less", "keyrack login linear --drop-scope write"),
        (
            "With a client of your own",
            "pass show app/secret | keyrack login linear --client-id app --client-secret-stdin",
        ),
        ("On a machine without a browser", "keyrack login linear --no-browser"),
        ("A machine's own client", "keyrack login ci --client-key-stdin < key.pem"),
        ("What went wrong? To paste into a bug report", "keyrack login linear -v 2> trace.txt"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.attend import attend
    from keyrack.cli.context import open_store, target
    from keyrack.cli.steps import Steps
    from keyrack.operations.login import login
    from keyrack.operations.login_control import LoginControl

    parts = context.parts()
    server = target(parts, args)
    options = _options(args, server)
    open_store(parts)
    control = LoginControl()
    steps = Steps(context.out, control, verbose=args.verbose)
    try:
        credential = attend(
            lambda: login(parts, server, options, control=control, on_event=steps), control.cancel
        )
    except Cancelled as error:
        report(context.out, Cancelled("Stopped; everything is as it was.", hint=error.hint))
        return INTERRUPTED
    except StoreAbsent as error:
        hint = "The terminal UI (keyrack alone) can log in and keep it in memory until it ends."
        raise StoreAbsent(str(error), hint=error.hint or hint) from None
    left = good_for(credential.expires_at, parts.now())
    context.out.note(f"✓ Logged in to {plain(server.called, 120)}; {left}.")
    if args.verbose:
        _tell(context, credential)
    return 0


def _options(args: SimpleNamespace, server: Server) -> LoginOptions:
    from keyrack.operations.login import LoginOptions
    from keyrack.operations.remote import over_ssh

    given = args.client_secret_stdin or args.client_key_stdin
    if given and not (args.client_id or server.client.client_id):
        raise UsageError("A client's secret or key needs its --client-id, or one in the configuration.")
    if args.client_secret_stdin and args.client_key_stdin:
        raise UsageError("Standard input holds one thing: a client's secret or its key.")
    wanted, dropped = _words(args.scope), _words(args.drop_scope)
    if both := set(wanted) & set(dropped):
        raise UsageError(f"{min(both)} can't be asked for and dropped at once.")
    return LoginOptions(
        scopes=wanted,
        drop_scopes=dropped,
        reset_scopes=args.reset_scopes,
        client_id=args.client_id,
        client_secret=_client_secret(args, server),
        client_key=_client_key(args),
        client_metadata_url=args.client_metadata_url,
        callback_port=args.callback_port,
        redirect_host=args.redirect_host,
        open_browser=not args.no_browser,
        device=args.no_browser or over_ssh(os.environ),
    )


def _words(given: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in given for word in words))


def _client_secret(args: SimpleNamespace, server: Server) -> Secret | None:
    """Standard input only on request: it may be a pipe that never ends.

    The variable's is for a client that the user named, here or in keyrack's own file: one
    that a project's file names could belong to anybody.
    """
    if args.client_secret_stdin:
        from keyrack.cli.terminal import read_secret

        return read_secret("Client secret (not shown): ")
    own = server.client.client_id and any(source.client == "keyrack" for source in server.sources)
    if args.client_key_stdin or not (args.client_id or own):
        return None
    secret = os.environ.get(SECRET_VARIABLE)
    return Secret(secret) if secret else None


def _client_key(args: SimpleNamespace) -> Secret | None:
    if not args.client_key_stdin:
        return None
    from keyrack.cli.terminal import read_document

    return read_document("The client's private key, then ctrl+d: ")


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
