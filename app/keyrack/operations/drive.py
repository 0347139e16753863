"""Performing what a flow yields, where only HTTP is needed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from keyrack.oauth.http import Failed, Request, Response, Send

T = TypeVar("T")


def run(flow: Generator[Send, Response | Failed, T], send: Callable[[Request], Response | Failed]) -> T:
    """Send what the flow asks for until it returns; its exceptions pass through."""
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = send(effect.request)
