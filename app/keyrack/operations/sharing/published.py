"""The user's wish to publish a server's token, as words in keyrack's own file."""

from __future__ import annotations

from keyrack.domain.held import slug
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple

WITH_REFRESH = "+refresh-token"
AT_ACCOUNT = "@"


class Publication(NamedTuple):
    """One word of the setting: claude-code, claude-code+refresh-token, claude-code@work."""

    program: str
    with_refresh: bool = False
    account: str = "default"

    @property
    def word(self) -> str:
        at = "" if self.account == "default" else f"{AT_ACCOUNT}{self.account}"
        return f"{self.program}{WITH_REFRESH if self.with_refresh else ''}{at}"


def publications(server: Server) -> tuple[Publication, ...]:
    """What the user has asked to publish for the server, for all of its accounts."""
    return tuple(map(_parsed, server.publish))


def is_published(server: Server, client: str) -> bool:
    """Whether the program gets the token of the server's account, now and after each refresh."""
    wanted = (slug(client), server.account)
    return any((each.program, each.account) == wanted for each in publications(server))


def _parsed(word: str) -> Publication:
    rest, _, account = word.partition(AT_ACCOUNT)
    program = rest.removesuffix(WITH_REFRESH)
    return Publication(program, program != rest, account or "default")
