"""Advice for a login at an issuer that keyrack can't register with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyrack.domain.errors import ClientNeeded, NoOAuth
from keyrack.domain.model import Server
from keyrack.domain.status import Action
from keyrack.wording.commands import command_for, command_line

if TYPE_CHECKING:
    from keyrack.domain.service import Service

CLIENT_ID = "CLIENT_ID"  # placeholder in a command for the user's own ID


def advised(error: ClientNeeded | NoOAuth, server: Server, service: Service | None) -> ClientNeeded | NoOAuth:
    """The same error, with the whole command as its hint and what is known about the vendor."""
    if isinstance(error, NoOAuth):
        return _by_hand(error, server, service)
    if not error.redirect_uri:
        lines = _for_machine(error, server)
    elif service is not None and "allow-list" in service.auth:
        lines = [f"{service.name} only accepts apps that it has approved, and keyrack is not one of them."]
    else:
        lines = _for_person(error, server, service)
    if service is not None:
        lines[0] = " ".join((lines[0], *service.notes[:1]))
    if token_may_do(error, service):
        lines += ("Or use a personal access token:", command_for(Action.TOKEN, server) or "")
    return ClientNeeded(
        str(error),
        issuer=error.issuer,
        redirect_uri=error.redirect_uri,
        client_id=error.client_id,
        hint="\n".join(lines),
    )


def token_may_do(error: Exception | None, service: Service | None) -> bool:
    """Can a manual token help after this error?"""
    if isinstance(error, NoOAuth):
        return service is None or service.takes_token
    return isinstance(error, ClientNeeded) and service is not None and service.takes_token


def _for_person(error: ClientNeeded, server: Server, service: Service | None) -> list[str]:
    """The app is registered with this port, so the command contains it."""
    if service is not None and "own-app" in service.auth:
        what = f"{service.name} needs your own app. Register one with the redirect URI {error.redirect_uri}."
    else:
        what = f"Register an app there with the redirect URI {error.redirect_uri}."
    back = urlsplit(error.redirect_uri)
    options = ["--client-id", CLIENT_ID, "--callback-port", str(back.port)]
    if back.hostname == "localhost":
        options += ("--redirect-host", "localhost")
    return [
        what,
        "Then log in with its client ID. If it has a secret, add --client-secret-stdin:",
        command_line("login", server, *options),
    ]


def _for_machine(error: ClientNeeded, server: Server) -> list[str]:
    options = ["--client-secret-stdin"]
    if error.client_id != server.client.client_id or not error.client_id:
        options = ["--client-id", error.client_id or CLIENT_ID, *options]
    return [
        "Provide it once, and it is stored in the keychain. Use --client-key-stdin for a private key:",
        command_line("login", server, *options),
    ]


def _by_hand(error: NoOAuth, server: Server, service: Service | None) -> NoOAuth:
    lines = [error.hint] if error.hint else []
    if error.app_may_do:
        lines += (
            "If it does have a login, an app that you registered there may work:",
            command_line("login", server, "--client-id", CLIENT_ID),
        )
    if token_may_do(error, service):
        way = f". Create one on {service.page} and run" if service is not None and service.page else ""
        lines += (f"A personal access token may work{way}:", command_for(Action.TOKEN, server) or "")
    return NoOAuth(str(error), hint="\n".join(lines), app_may_do=error.app_may_do)
