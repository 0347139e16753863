"""Events of the log in words."""

from __future__ import annotations

from keyrack.domain.event import Event

KINDS = {
    "login": "logged in",
    "set": "token entered",
    "imported": "taken over",
    "refreshed": "refreshed",
    "refresh-refused": "refresh refused",
    "token-refused": "token refused",
    "handed-out": "handed out",
    "not-handed-out": "not allowed",
    "published": "published",
    "revoked": "revoked",
    "cleared": "cleared",
    "renamed": "renamed",
}
WAYS = {
    "token": "keyrack token",
    "header": "keyrack header",
    "env": "keyrack env",
    "exec": "keyrack exec",
    "bridge": "keyrack bridge",
    "python": "keyrack.Auth",
    "screen": "keyrack’s screen",
}


def what(event: Event) -> str:
    """What happened: "handed out"."""
    return KINDS.get(event.kind, event.kind)


def to_whom(event: Event) -> str:
    """The program that got a token, and how: "claude, by keyrack header"; "" for other events."""
    way = WAYS.get(event.way, event.way)
    if not event.program:
        return f"by {way}" if way else ""
    return f"{event.program}, by {way}" if way else event.program
