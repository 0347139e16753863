"""Stores the secrets of local processes, each set of them as one credential."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialInfo, CredentialKey, Server, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import is_lasting
from keyrack.operations.storage.unlock import require_ready


def save_secrets(
    adapters: Adapters, server: Server, name: str, values: Mapping[str, Secret]
) -> CredentialInfo:
    """Store the secrets under `name`, together with the other ones that are there, and read them back.

    Raises StoreUnavailable and its kinds, and KeyrackError if they could not be read back.
    """
    store = require_ready(adapters.credentials())
    for each, value in values.items():
        if "\0" in value.reveal() or not value:
            raise KeyrackError(f"The value of {each} is empty or contains a NUL byte.")
    key = CredentialKey.of_secrets(name)
    with adapters.credentials().lock(key):
        credentials = adapters.credentials()
        before = credentials.load(key)
        all_values = {**(dict(before.fields) if before else {}), **values}
        facts = CredentialInfo(
            "secrets",
            obtained_at=adapters.now(),
            store=store.name,
            names=server.full_names,
            ad_hoc=not is_lasting(server),
            secrets=tuple(all_values),
        )
        stored = StoredCredential(
            key.url, key.account, facts, TokenSet(Secret("")), fields=tuple(all_values.items())
        )
        saved = credentials.save(stored)
        again = credentials.load(key)
    if again is None or dict(again.fields) != all_values:
        raise KeyrackError(f"The secrets could not be read back from {store.name}.")
    log_event(adapters, server._replace(secrets=name), "set")
    return saved
