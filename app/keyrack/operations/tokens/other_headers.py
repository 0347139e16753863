"""Tries a token in the headers that servers usually want, when the one that it was sent in was refused."""

from __future__ import annotations

from collections.abc import Callable

from keyrack.domain.errors import Temporary, TokenRefused
from keyrack.domain.model import Check, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.service import service_for
from keyrack.operations.tokens.set_token import TokenSaved, Typed, credential_of, save_token
from keyrack.operations.tokens.trial import tried


class Way(NamedTuple):
    header: str
    template: str  # with {token}

    @property
    def words(self) -> str:
        """ "X-API-Key", "Authorization: Token …", "Authorization without a scheme"."""
        scheme = self.template.removesuffix("{token}").strip()
        if scheme:
            return f"{self.header}: {scheme} …"
        return f"{self.header} without a scheme" if self.header == "Authorization" else self.header


USUAL = (
    Way("Authorization", "Bearer {token}"),
    Way("X-API-Key", "{token}"),
    Way("Authorization", "Token {token}"),
    Way("Api-Key", "{token}"),
    Way("Authorization", "{token}"),
)


def other_ways(typed: Typed) -> tuple[Way, ...]:
    """The usual ways to send a token, but for the one that was typed."""
    header, template = typed.header or "Authorization", typed.template or "Bearer {token}"
    if typed.template is None and header.lower() != "authorization":
        template = "{token}"
    return tuple(way for way in USUAL if (way.header.lower(), way.template) != (header.lower(), template))


def set_in_other_header(
    adapters: Adapters, server: Server, typed: Typed, *, on_try: Callable[[Way], object]
) -> TokenSaved:
    """Store the token with the first of the other ways that the server accepts.

    `on_try` is called before each, and can stop it with an exception. Only the server itself gets the token.
    Raises TokenRefused if it accepts none, and Temporary if it can't be reached; then nothing was stored.
    """
    service, ways = service_for(adapters, server.url), other_ways(typed)
    for way in ways:
        on_try(way)
        sent = typed._replace(header=way.header, template=way.template)
        stored_credential = credential_of(adapters, server, service, sent)
        probed = tried(adapters, server, stored_credential)
        if probed.verdict == "accepted":
            found = Check(adapters.now(), probed.verdict, probed.reason, probed.revision)
            return TokenSaved(save_token(adapters, server, stored_credential, found), found)
        if probed.verdict == "unreachable":
            raise Temporary(f"{server.name} could not be tested: {probed.reason}", hint="Try again later.")
    tried_in = ", ".join(way.words for way in ways)
    raise TokenRefused(
        f"{server.name} refused the token in these headers too: {tried_in}. It was not stored.",
        hint="Check that it is of the right kind and has not expired.",
    )
