"""Actions on a server's tokens: store a manual one, copy or show the access token."""

from __future__ import annotations

from collections.abc import Callable

from keyrack.domain.model import Server
from keyrack.domain.status import REFRESH_EARLY, Action
from keyrack.operations.handout.hand_out import hand_out
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens.get_token import IssuedToken
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.terminal.clipboard import SECONDS
from keyrack.tui.token.reveal import RevealScreen
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_saved import SavedToken, TokenSavedScreen
from keyrack.wording.commands import command_for


class TokenActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen = work, work.screen

    def enter(self, row: Row) -> None:
        """Ask for a token made by hand, and show what became of it."""
        if row.server.secrets:
            command = command_for(Action.TOKEN, row.server)
            self._work.say(f"{row.server.display_name}: to change one of its secrets, run: {command}")
            return
        if self._work.no_address(row, "store a token for"):
            return
        screen = self._screen

        def ended(saved: SavedToken | None) -> None:
            screen.look_again()
            if saved is not None:
                screen.host.push_screen(TokenSavedScreen(row.server, saved))

        screen.when_open(lambda: screen.host.push_screen(TokenScreen(row.server), ended))

    def copy(self, row: Row) -> None:
        self._after_asking(
            row,
            "Copy token",
            "The access token goes to the clipboard, where every program can read it.",
            "Copy",
            self._copied,
        )

    def _copied(self, server: Server, handed: IssuedToken) -> None:
        self._screen.host.copy_secret(handed.token)
        self._work.say(
            f"{server.display_name}: the access token was sent to the terminal's clipboard. "
            f"It is removed after {SECONDS} seconds, or when keyrack exits."
        )

    def show(self, row: Row) -> None:
        self._after_asking(
            row,
            "Show token",
            "The access token is shown for 10 seconds. Anyone who sees your screen can read it.",
            "Show",
            self._reveal,
        )

    def _reveal(self, server: Server, handed: IssuedToken) -> None:
        self._screen.host.push_screen(RevealScreen(server.display_name, handed.token))

    def _after_asking(
        self, row: Row, head: str, question: str, yes: str, then: Callable[[Server, IssuedToken], None]
    ) -> None:
        if self._work.nothing_stored(row):
            return
        adapters = self._screen.host.adapters

        def given() -> IssuedToken:
            return hand_out(adapters(), row.server, "screen", min_valid=REFRESH_EARLY)

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._work.start(row, "reading", given, then)

        self._screen.host.push_screen(ConfirmScreen(head, row.server.display_name, question, yes), answered)
