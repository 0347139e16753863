"""`keyrack login`: sign in with the browser from the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.exits import INTERRUPTED, report
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import loopback_host, port, scopes
from keyrack.domain.errors import Cancelled, StoreAbsent, UsageError
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE
from keyrack.wording.times import good_for

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.model import CredentialInfo, Server
    from keyrack.operations.login.options import LoginOptions

SECRET_VARIABLE = "KEYRACK_CLIENT_SECRET"


class Options(Arguments):
    operand: str
    scope: tuple[tuple[str, ...], ...] = ()
    drop_scope: tuple[tuple[str, ...], ...] = ()
    reset_scopes: bool = False
    client_id: str | None = None
    client_secret_stdin: bool = False
    client_key_stdin: bool = False
    client_metadata_url: str | None = None
    callback_port: int | None = None
    redirect_host: str | None = None
    no_browser: bool = False
    verbose: bool = False
    account: str | None = None


VERB = Verb(
    name="login",
    operand="NAME|URL",
    options=(
        Option(
            ("--scope",),
            "also request these scopes, now and in later logins; can be repeated",
            "SCOPES",
            repeat=True,
            read=scopes,
        ),
        Option(
            ("--drop-scope",),
            "stop requesting these scopes, even if added by --scope before; can be repeated",
            "SCOPES",
            repeat=True,
            read=scopes,
        ),
        Option(("--reset-scopes",), "forget all scopes that --scope added"),
        Option(("--client-id",), "use this OAuth client instead of registering a new one", "ID"),
        Option(
            ("--client-secret-stdin",),
            f"read the client secret from standard input (default: from {SECRET_VARIABLE})",
        ),
        Option(
            ("--client-key-stdin",),
            "read the client's private key (PEM or JWK) from standard input, for private_key_jwt",
        ),
        Option(
            ("--client-metadata-url",), "use the client described by this Client ID Metadata Document", "URL"
        ),
        Option(
            ("--callback-port",),
            "listen on this port (default: 8085-8099, or any free port)",
            "PORT",
            read=port,
        ),
        Option(
            ("--redirect-host",),
            "use this host in the redirect URI, if your app was registered with it",
            "localhost|127.0.0.1",
            read=loopback_host,
        ),
        Option(
            ("--no-browser",), "show the URL, and a code for another device, instead of opening a browser"
        ),
        Option(
            ("-v", "--verbose"), "show each request and response with secrets masked, and what was stored"
        ),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Finds out how to sign in to the server, opens the browser, waits for it to return
to 127.0.0.1, and stores the credential in the keychain. The URL is also printed,
so you can use any browser. If that browser can't reach this machine (from another
machine, or from outside a container), paste the address it ends on and press
enter. Over ssh, keyrack prints the ssh -L command that lets the browser return by
itself, and a code to enter on any other device if the server supports it.

Machines log in without a browser: set grant_type = "client_credentials" and a
client_id in keyrack's own file. Provide the secret or key once; it is stored in
the keychain.

If the sign-in page no longer knows keyrack, or accepts localhost but not
127.0.0.1, it never sends the browser back. Type register or localhost while the
login waits. If a login is stopped there or times out, the next one registers
again automatically.

Nothing is stored until the login succeeds: ctrl+c leaves everything unchanged. A
client secret is never passed as an argument, because other users and the shell
history could see it. All output goes to standard error.""",
    examples=(
        ("Log in to a configured server", "keyrack login linear"),
        ("Log in to any server", "keyrack login https://mcp.example.com/mcp"),
        ("Request more scopes", 'keyrack login linear --scope "read write"'),
        ("Drop one of them", "keyrack login linear --drop-scope write"),
        (
            "Use your own OAuth client",
            "pass show app/secret | keyrack login linear --client-id app --client-secret-stdin",
        ),
        ("Log in on a machine without a browser", "keyrack login linear --no-browser"),
        ("Log in as a machine", "keyrack login ci --client-key-stdin < key.pem"),
        ("Save a trace for a bug report", "keyrack login linear -v 2> trace.txt"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.steps import Steps
    from keyrack.operations.login.control import LoginControl
    from keyrack.operations.login.login import login
    from keyrack.system.threads import run_cancellable

    adapters = context.adapters()
    server = target(adapters, options.operand, options.account)
    login_options = _login_options(options, server)
    open_store(adapters)
    control = LoginControl()
    steps = Steps(context.out, control, verbose=options.verbose)
    try:
        credential = run_cancellable(
            lambda: login(adapters, server, login_options, control=control, on_event=steps), control.cancel
        )
    except Cancelled as error:
        report(context.out, Cancelled("Stopped. Nothing was changed.", hint=error.hint))
        return INTERRUPTED
    except StoreAbsent as error:
        hint = "To keep the login in memory until keyrack exits, log in from the terminal UI: run keyrack."
        raise StoreAbsent(str(error), hint=error.hint or hint) from None
    left = good_for(credential.expires_at, adapters.now())
    context.out.note(f"{DONE} Logged in to {plain(server.display_name, 120)}; {left}.")
    if options.verbose:
        _tell(context, credential)
    if server.publish:
        from keyrack.cli.publishing import after_answer

        after_answer(context, server)
    return 0


def _login_options(options: Options, server: Server) -> LoginOptions:
    from keyrack.operations.login.options import LoginOptions
    from keyrack.operations.login.remote import over_ssh

    given = options.client_secret_stdin or options.client_key_stdin
    if given and not (options.client_id or server.client.client_id):
        raise UsageError("A client secret or key needs --client-id, or a client_id in the configuration.")
    if options.client_secret_stdin and options.client_key_stdin:
        raise UsageError("--client-secret-stdin and --client-key-stdin can't be used together.")
    wanted, dropped = _words(options.scope), _words(options.drop_scope)
    if both := set(wanted) & set(dropped):
        raise UsageError(f"The scope {min(both)} can't be in both --scope and --drop-scope.")
    return LoginOptions(
        scopes=wanted,
        drop_scopes=dropped,
        reset_scopes=options.reset_scopes,
        client_id=options.client_id,
        client_secret=_client_secret(options, server),
        client_key=_client_key(options),
        client_metadata_url=options.client_metadata_url,
        callback_port=options.callback_port,
        redirect_host=options.redirect_host,
        open_browser=not options.no_browser,
        device=options.no_browser or over_ssh(os.environ),
    )


def _words(given: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in given for word in words))


def _client_secret(options: Options, server: Server) -> Secret | None:
    """Reads standard input only on request: it may be a pipe that never ends.

    The variable's secret is only for a client that the user named, here or in keyrack's own
    file. A client that a project's file names could be anyone's.
    """
    if options.client_secret_stdin:
        from keyrack.cli.terminal import read_secret

        return read_secret("Client secret (not shown): ")
    own = server.client.client_id and any(source.client == "keyrack" for source in server.sources)
    if options.client_key_stdin or not (options.client_id or own):
        return None
    secret = os.environ.get(SECRET_VARIABLE)
    return Secret(secret) if secret else None


def _client_key(options: Options) -> Secret | None:
    if not options.client_key_stdin:
        return None
    from keyrack.cli.terminal import read_document

    return read_document("The client's private key, then ctrl+d: ")


def _tell(context: Context, credential: CredentialInfo) -> None:
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
