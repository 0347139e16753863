"""Publish a server's token to a program, or stop it: the question and the work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from keyrack.domain.held import HeldToken, Program
from keyrack.domain.model import Server
from keyrack.operations.servers.overview import Row
from keyrack.operations.sharing import publishing as publishing_op
from keyrack.operations.sharing.held import program_named
from keyrack.operations.sharing.published import is_published
from keyrack.operations.sharing.publishing import Publishing
from keyrack.tui.kit.background import Single
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.present import title
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.sharing.publish import PublishScreen
from keyrack.tui.sharing.which import WhichScreen, entry_of


class PublishActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen, self._host = work, work.screen, work.screen.host
        self._lookup = Single(self._screen)

    def publish(self, row: Row, client: str = "") -> None:
        """To `client`, or to one of the programs that hold a login for the server or configure it."""
        if self._work.no_address(row, "publish") or self._work.nothing_stored(row):
            return
        if client:
            self._ask(row, client)
            return
        adapters = self._host.adapters
        self._lookup.run(
            lambda: adapters().other_programs().programs(),
            partial(self._choose, row),
            self._host.say_error,
        )

    def _choose(self, row: Row, programs: Sequence[Program]) -> None:
        """One of those whose stores keyrack can write to."""
        held: dict[str, HeldToken] = {}
        for each in row.elsewhere:
            held.setdefault(each.client, each)
        possible = {program.name for program in programs if program.is_readable}
        named = (*held, *(source.client for source in row.server.sources))
        clients = [each for each in dict.fromkeys(named) if each in possible]
        if not clients:
            words = "keyrack can publish to none of the programs that have it."
            self._work.say(f"{row.server.display_name}: {words}", "warning")
            return
        if len(clients) == 1:
            self._ask(row, clients[0])
            return
        entries = [
            entry_of(each, held.get(each), self._host.now(), is_published=is_published(row.server, each))
            for each in clients
        ]
        which = WhichScreen(title("Publish", row.server.display_name), "To which program?", entries)
        self._host.push_screen(which, lambda at: None if at is None else self._ask(row, clients[at]))

    def _ask(self, row: Row, client: str) -> None:
        server = row.server
        if is_published(server, client):
            question = f"Stop writing {server.display_name}'s token to {client}? The last one stays there."
            stop = ConfirmScreen("Stop publishing", server.display_name, question, "Stop")
            self._host.push_screen(stop, lambda agreed: self._stop(row, client) if agreed else None)
            return

        def answered(wanted: Publishing | None) -> None:
            if wanted is not None:
                work = partial(publishing_op.publish, publishing=wanted)
                adapters = self._host.adapters
                self._work.start(
                    row, "publishing", lambda: work(adapters()), partial(self._published, client)
                )

        self._screen.when_open(lambda: self._host.push_screen(PublishScreen(server, client), answered))

    def _published(self, client: str, server: Server, _: None) -> None:
        words = f"published to {client}. It is written again after each refresh."
        self._work.say(f"{server.display_name}: {words}")

    def _stop(self, row: Row, client: str) -> None:
        def work() -> bool:
            adapters = self._host.adapters()
            return publishing_op.stop_publishing(adapters, row.server, program_named(adapters, client))

        def stopped(server: Server, was_published: bool) -> None:
            words = "no longer" if was_published else "not"
            self._work.say(f"{server.display_name}: {words} published to {client}.")

        self._work.start(row, "stopping", work, stopped)
