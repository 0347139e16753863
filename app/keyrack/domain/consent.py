"""A question to the user before a token or a secret is handed out (`confirm = true`)."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple


class HandOutRequest(NamedTuple):
    """Who wants what. It contains no secret."""

    server: str  # its display name
    way: str  # a `Way`
    program: str  # as it calls itself; "" if unknown
    until: float  # Unix seconds: nobody waits for an answer after that
    id: str = ""
    is_secrets: bool = False  # those of a local server, not a token

    @property
    def title(self) -> str:
        return "Hand out secrets?" if self.is_secrets else "Hand out a token?"

    @property
    def question(self) -> str:
        """In one sentence."""
        who = f"“{self.program}” (its own name for itself)" if self.program else "A program"
        return f"{who} wants the {self.what} {self.server}."

    @property
    def what(self) -> str:
        return "secrets of" if self.is_secrets else "token for"
