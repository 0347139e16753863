"""Opens the screens that show more than the list, and runs what the user chooses there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.servers.list_actions import ListActions
from keyrack.tui.servers.list_screen import ListScreen

if TYPE_CHECKING:
    from keyrack.operations.sharing.clients import Entry


class Shown(ListScreen, Protocol):
    """What these screens show of the list."""

    overview: Overview
    actions: ListActions


class OtherScreens:
    """They are imported when they are opened."""

    def __init__(self, screen: Shown) -> None:
        self._screen = screen

    def open_detail(self, row: Row) -> None:
        """Open the details of one server."""
        from keyrack.tui.servers.detail import DetailScreen

        screen = self._screen

        def chosen(what: str | None) -> None:
            if what:  # for the row that the details showed; the cursor may be on another now
                screen.actions.row.run(what, screen.rows.get(row.key, row))

        screen.host.push_screen(DetailScreen(row, screen.marks.trouble_of, screen.looked), chosen)

    def open_clients(self, read_keychain: Callable[[], Any]) -> None:
        """Open the programs, and what each holds."""
        from keyrack.tui.clients.clients import ClientsScreen

        screen = self._screen
        actions = screen.actions.row
        screen.host.push_screen(
            ClientsScreen(
                screen.overview,
                screen.looked,
                self._with_entry,
                actions.sharing.undo,
                read_keychain,
                actions.files.open_one_of,
            )
        )

    def _with_entry(self, what: str, entry: Entry, program: str) -> None:
        """Run an action on a server in the programs' list."""
        actions, rows = self._screen.actions.row, self._screen.rows
        if what == "clear-there":
            actions.sharing.clear_there(entry.server, entry.held)
        elif entry.row is None:
            words = "No program lists this server, so there is nothing to do but to clear it."
            self._screen.host.say(words)
        elif what == "publish":
            actions.publishing.publish(rows.get(entry.row.key, entry.row), program)
        elif what == "connect":
            path = entry.source.path if entry.source is not None else ""
            actions.connecting.connect(rows.get(entry.row.key, entry.row), program, path)
        elif what == "import":
            actions.sharing.take_over(entry.row, entry.held or entry.row.elsewhere)
        else:
            self.open_detail(entry.row)

    def open_places(self) -> None:
        """Open the files that were read, and the problems in them."""
        from keyrack.tui.servers.sources import SourcesScreen

        screen = self._screen
        open_file = screen.actions.row.files.open_read
        screen.host.push_screen(SourcesScreen(screen.overview, screen.looked, screen.look, open_file))

    def open_help(self) -> None:
        from keyrack.tui.kit.help import HelpScreen

        self._screen.host.push_screen(HelpScreen())
