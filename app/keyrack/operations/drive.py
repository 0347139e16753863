"""The driver of all flows: performs each effect that a flow yields, and sends the result back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

from keyrack.oauth.http import Failed, Request, Response, Send, Sending

E = TypeVar("E")
T = TypeVar("T")

# A handler for each kind of effect. Any: each takes a different type.
Handlers = Mapping[type, Callable[[Any], object]]


def perform(
    flow: Generator[E, object, T], handlers: Handlers, *, before: Callable[[], None] = lambda: None
) -> T:
    """Run the flow to its end, and return its result. Raises its exceptions, and those of a handler.

    `before` is called each time before the flow continues; an exception from it ends the flow.
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
    """Run a flow that needs only HTTP."""

    def sent(effect: Send) -> Response | Failed:
        return send(effect.request)

    return perform(flow, {Send: sent})
