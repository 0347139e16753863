"""What the entries of a credential are called."""

from __future__ import annotations

from keyrack.domain.resource import canonical_url

SLOTS = ("a", "b")
PROBE_URL = "https://probe.invalid"  # no server: what a store is tried with (RFC 2606, section 2)


def record_id(url: str, account: str, name: str = "") -> str:
    """What a credential key is called on disk and in the keychain: 32 hex digits. Raises BadUrl."""
    return id_of_canonical(canonical_url(url), account, name)


def id_of_canonical(canonical_url: str, account: str, name: str = "") -> str:
    """The same, for a URL in its canonical form; what a probe has is never a credential's."""
    if canonical_url == PROBE_URL:
        return f"probe-{account}"
    import hashlib  # 3 ms, and a list without records needs none

    text = f"{canonical_url}\n{account}"
    if name:
        import json

        text = json.dumps([canonical_url, account, name])  # no two keys have the same text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def entry_name(ident: str, slot: str) -> str:
    """The keychain's entry: `<id>.a` or `<id>.b`. What `pieces` splits has more below this name."""
    return f"{ident}.{slot}"


def other_slot(slot: str) -> str:
    """Where the next credential goes, so that this one stands until it is safe."""
    return "b" if slot == "a" else "a"
