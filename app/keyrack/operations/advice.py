"""What to do where an issuer does not take keyrack as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.errors import ClientNeeded, NoOAuth
from keyrack.domain.model import Server
from keyrack.domain.status import Action, command_for

if TYPE_CHECKING:
    from keyrack.cards.card import Card


def advised(
    error: ClientNeeded | NoOAuth, server: Server, cards_dir: str | None = None
) -> ClientNeeded | NoOAuth:
    """The same error with what is known of this vendor as its hint. `cards_dir`: the user's own cards."""
    from keyrack.cards.load import card_for

    card = card_for(server.url or "", cards_dir)
    if isinstance(error, NoOAuth):
        return _by_hand(error, server, card)
    if card is None:
        return error
    words: list[str] = []
    if "allow-list" in card.auth:
        words.append(f"{card.name} admits only apps that it has let in, and keyrack is none of them.")
    elif "own-app" in card.auth:
        words.append(f"{card.name} wants an app of your own, with the redirect URI {error.redirect_uri}.")
    else:
        words.append(error.hint)
    words += card.notes[:1]
    if token_may_do(error, card):
        words.append(f"A token made by hand does too: {command_for(Action.TOKEN, server)}")
    return ClientNeeded(
        str(error), issuer=error.issuer, redirect_uri=error.redirect_uri, hint=" ".join(words)
    )


def token_may_do(error: Exception | None, card: Card | None) -> bool:
    """Is a token made by hand a way in, where a login ended so?"""
    if isinstance(error, NoOAuth):
        return card is None or card.takes_token
    return isinstance(error, ClientNeeded) and card is not None and card.takes_token


def _by_hand(error: NoOAuth, server: Server, card: Card | None) -> NoOAuth:
    if not token_may_do(error, card):
        return error
    command = command_for(Action.TOKEN, server)
    if card is not None and card.page:
        way = f"A token made by hand may do: make one on {card.page} and type: {command}"
    else:
        way = f"A token made by hand may do: {command}"
    return NoOAuth(str(error), hint=f"{error.hint} {way}".strip())
