"""Connect a server in a program, or give its entry back: the questions and the work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from keyrack.domain.model import Server
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.sharing import candidates as candidates_op
from keyrack.operations.sharing import connecting as connecting_op
from keyrack.operations.sharing import disconnecting as disconnecting_op
from keyrack.operations.sharing.candidates import Candidate, Choice
from keyrack.operations.sharing.connecting import Connected, Connecting
from keyrack.operations.sharing.disconnecting import Disconnecting
from keyrack.tui.kit.background import Single
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.present import join, say, short_path, title
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.sharing.connect import ConnectScreen, DisconnectScreen
from keyrack.tui.sharing.connect_all import ConnectAllScreen
from keyrack.tui.sharing.which import WhichScreen
from keyrack.wording.tones import Tone


class ConnectActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen, self._host = work, work.screen, work.screen.host
        self._lookup = Single(self._screen)

    def connect(self, row: Row, client: str = "", path: str = "") -> None:
        """In `client`, or in one of the programs on this machine. One that is connected is asked about the
        opposite."""
        if self._work.no_address(row, "connect"):
            return
        adapters = self._host.adapters
        self._lookup.run(
            lambda: candidates_op.choices(adapters(), overview(adapters()), row.server),
            partial(self._choose, row, client, path),
            self._host.say_error,
        )

    def connect_all(self) -> None:
        adapters = self._host.adapters
        self._lookup.run(
            lambda: candidates_op.candidates(adapters(), overview(adapters())),
            self._offer,
            self._host.say_error,
        )

    def _choose(self, row: Row, client: str, path: str, found: Sequence[Choice]) -> None:
        found = [each for each in found if client in ("", each.program)]
        if client and not found:
            self._work.say(f"keyrack can't write the entries of {client}.", "warning")
        elif not found:
            self._work.say(f"{row.server.display_name}: no program was found that could take it.", "warning")
        elif len(found) == 1:
            self._ask(row, found[0], path)
        else:
            back = (
                " One that is connected is disconnected." if any(each.is_connected for each in found) else ""
            )
            which = WhichScreen(
                title("Connect", row.server.display_name), f"Which program?{back}", list(map(_entry, found))
            )
            self._host.push_screen(which, lambda at: None if at is None else self._ask(row, found[at], path))

    def _ask(self, row: Row, choice: Choice, path: str) -> None:
        if choice.is_connected:
            screen = DisconnectScreen(row.server, choice.program)
            self._screen.when_open(lambda: self._host.push_screen(screen, partial(self._disconnect, row)))
            return
        question = ConnectScreen(row.server, choice.program, path)
        self._screen.when_open(lambda: self._host.push_screen(question, partial(self._connect, row)))

    def _connect(self, row: Row, wanted: Connecting | None) -> None:
        if wanted is not None:
            adapters = self._host.adapters
            work = partial(connecting_op.connect, connecting=wanted)
            self._work.start(row, "connecting", lambda: work(adapters()), partial(self._connected, wanted))

    def _connected(self, wanted: Connecting, server: Server, _: Connected) -> None:
        words = f"connected in {wanted.program} by {wanted.method.value}."
        restart = f"Restart {wanted.program} if it is running."
        self._work.say(f"{server.display_name}: {words} {restart}", stays=True)

    def _disconnect(self, row: Row, wanted: Disconnecting | None) -> None:
        if wanted is not None:
            adapters = self._host.adapters
            work = partial(disconnecting_op.disconnect, disconnecting=wanted)
            tell = partial(self._disconnected, wanted)
            self._work.start(row, "disconnecting", lambda: work(adapters()), tell)

    def _disconnected(self, wanted: Disconnecting, server: Server, receipt: Receipt) -> None:
        done = "is as before" if receipt.ok else f"was left alone: {receipt.lines[0].detail}"
        words = f"{server.display_name}: the entry in {wanted.program} {done}."
        self._work.say(words, "information" if receipt.ok else "error")

    def _offer(self, found: Sequence[Candidate]) -> None:
        if not found:
            self._work.say("Every entry that can be connected is connected.")
            return
        self._host.push_screen(ConnectAllScreen(found), self._next)

    def _next(self, wanted: tuple[Candidate, ...] | None) -> None:
        """Show the change of the first one, and go on with the others after the answer."""
        if not wanted:
            return
        first, rest = wanted[0], wanted[1:]
        row = next((row for row in self._screen.rows.values() if row.server.key == first.server.key), None)
        if row is None:
            self._next(rest)
            return

        def answered(planned: Connecting | None) -> None:
            self._connect(row, planned)
            self._next(rest)

        question = ConnectScreen(first.server, first.program, first.path)
        self._screen.when_open(lambda: self._host.push_screen(question, answered))


def _entry(choice: Choice) -> Entry:
    source = choice.entry.source if choice.entry is not None else None
    state = "connected" if choice.is_connected else f"by {choice.method.value}"
    head = join(
        say(choice.program, Tone.STRONG), say(f"  {state}", Tone.GOOD if choice.is_connected else Tone.DIM)
    )
    return Entry(
        head, say(short_path(source.path) if source is not None else "has no entry for it yet", Tone.DIM)
    )
