"""Asking the places where a document may be."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.resource import origin
from keyrack.oauth.effects import Failed, Response


def document_of(reply: Response | Failed, url: str) -> bytes | None:
    """The body; None for "not here" (4xx, a redirect elsewhere). Raises Temporary for the rest."""
    where = origin(url)
    if isinstance(reply, Failed):
        if reply.refused:
            raise KeyrackError(f"keyrack will not ask {where}: {reply.reason}")
        raise Temporary(f"{where} could not be reached: {reply.reason}", hint="Try again later.")
    if reply.status == 200:
        return reply.body
    if reply.status >= 500 or reply.status == 429:
        raise Temporary(
            f"{where} answered {reply.status} where its metadata should be.", hint="Try again later."
        )
    return None
