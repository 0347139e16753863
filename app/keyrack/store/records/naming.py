"""The names of a credential's record and of its entries in a store."""

from __future__ import annotations

from keyrack.domain.resource import canonical_url

SLOTS = ("a", "b")
PROBE_URL = "https://probe.invalid"  # not a server (RFC 2606, section 2): the URL of test entries


def record_id(url: str, account: str, name: str = "") -> str:
    """A credential key's ID on disk and in the keychain: 32 hex digits. Raises BadUrl."""
    return id_of_canonical(canonical_url(url), account, name)


def id_of_canonical(canonical_url: str, account: str, name: str = "") -> str:
    """The same for a URL in canonical form. A test entry never has the ID of a credential."""
    if canonical_url == PROBE_URL:
        return f"probe-{account}"
    import hashlib  # takes 3 ms; a list without records does not need it

    text = f"{canonical_url}\n{account}"
    if name:
        import json

        text = json.dumps([canonical_url, account, name])  # unique for each key
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def entry_name(ident: str, slot: str) -> str:
    """The keychain entry: `<id>.a` or `<id>.b`. `chunked` adds a number to the name for each piece."""
    return f"{ident}.{slot}"


def other_slot(slot: str) -> str:
    """The slot for the next credential, so that this one stays until that is saved."""
    return "b" if slot == "a" else "a"
