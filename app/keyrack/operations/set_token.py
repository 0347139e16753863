"""Take a token that a person made by hand."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked
from keyrack.domain.model import SCHEME_WORDS, Check, Credential, Grant, Server, TokenSet
from keyrack.domain.secret import Secret
from keyrack.oauth.probe import probe
from keyrack.operations.credential import address, configured_headers, grant_headers
from keyrack.operations.drive import run
from keyrack.operations.parts import Parts

if TYPE_CHECKING:
    from keyrack.cards.card import Card

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9_]*=(.+)", re.DOTALL)
_EMAIL = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+")


def card_for(url: str) -> Card | None:
    """What is known of the service behind a server's URL: its page, its steps, how its token looks."""
    from keyrack.cards import load

    return load.card_for(url)


class TokenSaved(NamedTuple):
    credential: Credential
    check: Check | None  # what the server said to it; None when it was not asked


def clean(text: str) -> Secret:
    """What a person pasted, made a token: trimmed; `Bearer …`, `KEY=value` and quotes understood.

    Raises KeyrackError with a sentence for a URL, an e-mail address, or nothing.
    """
    text = text.strip()
    assignment = _ASSIGNMENT.fullmatch(text)
    if assignment:
        text = assignment.group(1).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    text = re.sub(r"^authorization:\s*", "", text, flags=re.IGNORECASE)
    first, _, rest = text.partition(" ")
    if rest and first.lower() in SCHEME_WORDS:
        text = rest
    text = "".join(text.split())
    if not text:
        raise KeyrackError("Nothing was typed.", hint="Paste the token.")
    if "://" in text:
        raise KeyrackError("That is an address, not a token.", hint="Open it, and copy the token from there.")
    if _EMAIL.fullmatch(text):
        raise KeyrackError("That is an e-mail address, not a token.", hint="Paste the token itself.")
    if not text.isascii() or not text.isprintable():
        raise KeyrackError("That holds characters that no token has.", hint="Copy the token again.")
    return Secret(text)


def set_token(
    parts: Parts,
    server: Server,
    token: Secret,
    *,
    header: str = "Authorization",
    template: str = "Bearer {token}",
    expires_at: float | None = None,
    try_it: bool = True,
) -> TokenSaved:
    """Try the token on the server, then store it. A refused token is not stored."""
    url, account = address(server)
    _check_form(header, template)
    rack = parts.rack()
    store = rack.state()
    if not store.ready:
        raise (StoreLocked if store.locked else StoreAbsent)(store.reason)
    now = parts.now()
    if expires_at is not None and expires_at <= now:
        raise KeyrackError("That date of expiry has passed.", hint="Type a later one, or leave it empty.")
    facts = Credential("token", obtained_at=now, expires_at=expires_at, header=header, store=store.name)
    grant = Grant(url, account, facts, TokenSet(token, expires_at=expires_at), header_template=template)
    found = _try(parts, server, grant) if try_it else None
    with rack.lock(url, account):
        stored = rack.save(grant)
    if found is not None:
        rack.note(url, account, check=found)
    return TokenSaved(stored, found)


def _check_form(header: str, template: str) -> None:
    if not _HEADER_NAME.fullmatch(header):
        raise KeyrackError(
            "That is not the name of a header.", hint="For example: Authorization, or X-Api-Key."
        )
    if template.count("{token}") != 1 or not template.isascii() or not template.isprintable():
        raise KeyrackError("The header's form must hold {token} once.", hint="For example: Bearer {token}")


def _try(parts: Parts, server: Server, grant: Grant) -> Check:
    assert server.url is not None
    wire = parts.wire()
    try:
        headers = {**configured_headers(server), **grant_headers(grant)}
        probed = run(probe(server.url, headers), partial(wire.send, server_url=server.url))
    finally:
        wire.close()
    if probed.verdict == "refused":
        raise KeyrackError(
            f"{server.name} refused the token, so it was not stored.",
            hint="Check that it is of the right kind and has not expired.",
        )
    return Check(parts.now(), probed.verdict, probed.reason, probed.revision)
