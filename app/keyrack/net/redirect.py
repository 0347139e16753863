"""Follows redirects within an origin, if the request may be repeated."""

from __future__ import annotations

from keyrack.domain import resource
from keyrack.oauth.http import Failed, Request, Response

GET_ON = (301, 302, 303, 307, 308)
POST_AGAIN = (307, 308)  # after the others, a client continues with GET (RFC 9110, section 15.4)


def next_address(request: Request, reply: Response) -> str | Failed | None:
    """The URL to send the request to next; None if the reply is final.

    Failed if it is on another origin: nothing is sent there. The sentence shows no path.
    """
    location = reply.header("location")
    followed = GET_ON if request.method == "GET" else POST_AGAIN if request.repeatable else ()
    if reply.status not in followed or not location:
        return None
    host = resource.host(request.url)
    target = resource.redirect_target(request.url, location)
    if target is None:
        reason = f"{host} redirects to something that is not a web URL."
        return Failed(reason, refused=True, sent_to="")
    there = resource.origin(target)
    if there != resource.origin(request.url):
        reason = f"{host} redirects to {there}. keyrack does not follow redirects to another origin."
        return Failed(reason, refused=True, sent_to=target)
    return target
