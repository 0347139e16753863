"""The names of a credential's record and of its entries in a store."""

from __future__ import annotations

from keyrack.domain.digests import sha256_hex
from keyrack.domain.model import CredentialKey

SLOTS = ("a", "b")
PROBE_URL = "https://probe.invalid"  # not a server (RFC 2606, section 2): the URL of test entries


def record_id(key: CredentialKey) -> str:
    """A credential key's ID on disk and in the keychain: 32 hex digits. A test entry never has the ID of
    a credential."""
    url, account, name = key
    if url == PROBE_URL:
        return f"probe-{account}"
    text = f"{url}\n{account}"
    if name:
        import json

        text = json.dumps([url, account, name])  # unique for each key
    return sha256_hex(text.encode("utf-8", "surrogatepass"))[:32]


def format_of(key: CredentialKey) -> int:
    """The format of a record and a payload. A keyrack that does not know what it adds leaves it alone:
    2 has names in keys, 3 the secrets of local processes, whose keys are no URLs."""
    return 3 if key.secrets else 2 if key.name else 1


NEWEST_FORMAT = 3


def entry_name(ident: str, slot: str) -> str:
    """The keychain entry: `<id>.a` or `<id>.b`. `chunked` adds a number to the name for each piece."""
    return f"{ident}.{slot}"


def other_slot(slot: str) -> str:
    """The slot for the next credential, so that this one stays until that is saved."""
    return "b" if slot == "a" else "a"
