"""Performing what a flow yields, where only HTTP is needed."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from keyrack.oauth.effects import Failed, Response, Send
from keyrack.operations.parts import Wire

T = TypeVar("T")


def run(flow: Generator[Send, Response | Failed, T], wire: Wire, *, server_url: str) -> T:
    """Send what the flow asks for until it returns; its exceptions pass through."""
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = wire.send(effect.request, server_url=server_url)
