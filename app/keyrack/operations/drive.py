"""The one driver of flows: it performs what a flow yields, and sends back what came of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

from keyrack.oauth.http import Failed, Request, Response, Send, Sending

E = TypeVar("E")
T = TypeVar("T")

# What performs each kind of effect. The parameter is the effect itself, so no two have one type.
Handlers = Mapping[type, Callable[[Any], object]]


def perform(
    flow: Generator[E, object, T], handlers: Handlers, *, before: Callable[[], None] = lambda: None
) -> T:
    """Run the flow to its end, and return what it returns. Its exceptions pass through, and those of a
    handler end it.

    `before` is called each time before the flow goes on; an exception from it ends the flow there.
    """
    reply: object = None
    while True:
        before()
        try:
            effect = flow.send(reply)
        except StopIteration as stop:
            return stop.value
        reply = handlers[type(effect)](effect)


def send_all(flow: Sending[T], send: Callable[[Request], Response | Failed]) -> T:
    """Perform a flow that needs nothing but HTTP."""

    def sent(effect: Send) -> Response | Failed:
        return send(effect.request)

    return perform(flow, {Send: sent})
