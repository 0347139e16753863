"""What an HTTP reply to a message means (MCP's streamable HTTP transport, of all revisions)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from keyrack.oauth.challenge import Challenge, bearer, parse_challenges
from keyrack.oauth.http import Response
from keyrack.oauth.retry_after import asks_to_wait
from keyrack.relay.message import Id, Message, NotAMessage, line_of, read, with_id

Meaning = Literal[
    "taken",  # nothing follows
    "json",  # the body is the response
    "stream",  # the body is a stream of messages, with the response among them
    "failed",  # the body may say why
]


def meaning_of(status: int, kind: str | None, message: Message) -> Meaning:
    """Of the head of a reply; `kind` is its Content-Type."""
    if not 200 <= status < 300:
        return "failed"
    if (kind or "").partition(";")[0].strip().lower() == "text/event-stream":
        return "stream"
    return "json" if message.ids and status != 202 else "taken"


def challenge_of(lines: Sequence[str]) -> Challenge | None:
    """The Bearer challenge in the lines of WWW-Authenticate."""
    return bearer(parse_challenges(lines)) if lines else None


def wants_scopes(status: int, challenge: Challenge | None) -> bool:
    """Does the server ask for more scopes than the token has (RFC 6750, section 3.1)?"""
    return status == 403 and challenge is not None and challenge.params.get("error") == "insufficient_scope"


def is_forgotten(reply: Response, session: str) -> bool:
    """Does the server no longer know the session?

    The specification wants 404. Many servers, such as the examples of the TypeScript SDK, answer 400.
    """
    if not session:
        return False
    return reply.status == 404 or (reply.status == 400 and b"session" in reply.body[:4096].lower())


def may_be_older(status: int, message: Message) -> bool:
    """May this be a server with the transport of 2024-11-05, which takes no POST at its URL?"""
    return message.method == "initialize" and status in (400, 404, 405)


def own_errors(reply: Response, ids: Sequence[Id]) -> list[bytes]:
    """The JSON-RPC error in the body of a reply, for each request that it answers; none if there is none.

    A server that has not read a request's id answers with null.
    """
    try:
        found = read(reply.body)
    except NotAMessage:
        return []
    if not found.answers or (found.kind == "response" and found.result is not None):
        return []
    if found.kind == "batch" or list(found.answers) == list(ids):
        return [line_of(reply.body)]
    return [with_id(reply.body, id) for id in ids]


def refusal(reply: Response) -> str:
    """The sentence for a reply with an error and no JSON-RPC in it."""
    if 300 <= reply.status < 400:
        return f"The server redirects ({reply.status}), and keyrack does not follow it there."
    return f"The server answered {reply.status}{asks_to_wait(reply)}."
