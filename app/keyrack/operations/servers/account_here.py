"""Which account of a server is used here without --account, and why."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import DEFAULT_ACCOUNT, Server
from keyrack.domain.reading import Reading
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.owners import Owners

HINT = "Correct it, or use --account."


def chosen_here(reading: Reading, account: str | None) -> str | None:
    """The account that is asked for: the typed one, else that of KEYRACK_ACCOUNT or of the folder, else None.

    Raises KeyrackError if that can't be known: the default could be the wrong one.
    """
    if account is not None or reading.here is None:
        return account
    if reading.here.refusal:
        raise KeyrackError(reading.here.refusal, hint=HINT)
    return reading.here.account


def account_of(adapters: Adapters, server: Server) -> tuple[str, str]:
    """The account that this server is used with here, and why: "KEYRACK_ACCOUNT is set", for example.

    Reads records, never the keychain. Raises KeyrackError if it can't be known.
    """
    reading, credentials = adapters.read(), adapters.credentials()
    owners = Owners(reading, credentials)
    entry = owners.named(server.url or "", server.name) if server.url else None
    if entry is not None and entry.account != DEFAULT_ACCOUNT:
        return entry.account, "its entry names this account"
    here = chosen_here(reading, None)
    if here is not None and reading.here is not None:
        return here, reading.here.why
    account = owners.of(entry or server._replace(account=DEFAULT_ACCOUNT)).account
    if entry is not None and owners.has_default(entry):
        return account, "it is set as the default"
    if account != DEFAULT_ACCOUNT:
        return account, "no other account is stored"
    return account, "neither KEYRACK_ACCOUNT nor a folder chooses another"
