"""What to do where an issuer does not take keyrack as it comes."""

from __future__ import annotations

from keyrack.domain.errors import ClientNeeded
from keyrack.domain.model import Server
from keyrack.domain.status import Action, command_for


def advised(error: ClientNeeded, server: Server) -> ClientNeeded:
    """The same error with what is known of this vendor as its hint."""
    from keyrack.cards.load import card_for

    card = card_for(server.url or "")
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
    if card.takes_token:
        words.append(f"A token made by hand does too: {command_for(Action.TOKEN, server)}")
    return ClientNeeded(
        str(error), issuer=error.issuer, redirect_uri=error.redirect_uri, hint=" ".join(words)
    )
