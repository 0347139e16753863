"""Asking a service's own API about a token made by hand: whose it is, until when, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keyrack.cards import calls, judge, load
from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.oauth.document import BadDocument, read_json
from keyrack.oauth.effects import Failed, Request, Response
from keyrack.operations.parts import Parts

if TYPE_CHECKING:
    from keyrack.cards.card import Call, Card
    from keyrack.cards.judge import Verdict


def card_for(parts: Parts, url: str | None) -> Card | None:
    """What is known of the service behind a server's URL: its page, its steps, how its token looks."""
    return load.card_for(url, parts.cards_dir()) if url else None


def ask_service(parts: Parts, card: Card, fields: Mapping[str, Secret]) -> Verdict | None:
    """What the service itself says of the token; None where its card has no check for it.

    The token goes to a host that the card names and to no other, redirects included.
    Raises KeyrackError when a field is missing.
    """
    call = calls.check_call(card, fields)
    if call is None:
        return None
    reply = _send(parts, card, call)
    if isinstance(reply, Failed):
        return judge.Verdict(None, sentence=f"{card.name} could not be asked: {reply.reason}")
    return judge.read_check(card, reply.status, reply.headers, _json(reply))


def revoke_at_service(parts: Parts, card: Card, fields: Mapping[str, Secret]) -> Verdict | None:
    """Undo the token at the service, for good; None where it has no API for that."""
    try:
        call = calls.revoke_call(card, fields)
    except KeyrackError as error:
        return judge.Verdict(False, sentence=str(error))
    if call is None:
        return None
    reply = _send(parts, card, call)
    if isinstance(reply, Failed):
        return judge.Verdict(None, sentence=f"{card.name} could not be asked: {reply.reason}")
    return judge.read_revoke(card, reply.status, _json(reply))


def _send(parts: Parts, card: Card, call: Call) -> Response | Failed:
    if not calls.may_send(card, call.url):
        return Failed("its card names another host for that.", refused=True)
    wire = parts.wire()
    try:
        # Its own origin is the one that it may talk to: a redirect elsewhere is not followed.
        return wire.send(Request(call.method, call.url, call.headers, json=call.json), server_url=call.url)
    finally:
        wire.close()


def _json(reply: Response) -> Any:
    try:
        return read_json(reply.body)
    except BadDocument:
        return None
