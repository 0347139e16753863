"""A question to the user before a token is handed out (`confirm = true`)."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple


class HandOutRequest(NamedTuple):
    """Who wants which token. It contains no secret."""

    server: str  # its display name
    way: str  # a `Way`
    program: str  # as it calls itself; "" if unknown
    until: float  # Unix seconds: nobody waits for an answer after that
    id: str = ""

    @property
    def question(self) -> str:
        """In one sentence."""
        who = f"“{self.program}” (its own name for itself)" if self.program else "A program"
        return f"{who} wants the token for {self.server}."
