"""Gives a local process its secrets."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import LoginNeeded, NoSuchServer
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.secret import Secret
from keyrack.operations.handout.hand_out import release
from keyrack.operations.ports import Adapters


def hand_out_secrets(adapters: Adapters, name: str, *, for_url: str = "") -> Mapping[str, Secret]:
    """The secrets that are stored under this name, by their names.

    `for_url` is the URL that a program says it will send them to, which is none of a local process. Raises
    NoSuchServer, LoginNeeded, StoreUnavailable, NotAllowed.
    """
    if for_url:
        raise NoSuchServer(
            "The program asks for a remote server, so it gets no secrets of a local process.",
            hint="CLAUDE_CODE_MCP_SERVER_URL is set.",
        )
    key = CredentialKey.of_secrets(name)
    stored = adapters.credentials().load(key)
    if stored is None:
        raise LoginNeeded(
            f"keyrack has no secrets with the name “{name}”.",
            hint="Run keyrack list to see the local servers, and keyrack set NAME to enter their secrets.",
        )
    secrets = dict(stored.fields)
    asks = key.url in adapters.read().confirm
    release(adapters, Server(name, transport="stdio", secrets=name, confirm=asks), "exec", secrets)
    return secrets
