"""Adds, changes and removes servers of keyrack's own file, from the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.domain.address_key import shown
from keyrack.operations.servers import own_entries
from keyrack.operations.servers.overview import Row
from keyrack.operations.servers.own_entries import Affected, Entry, own_source
from keyrack.tui.editing.form import Saved, ServerForm
from keyrack.tui.editing.remove import Answer, RemoveScreen
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import Single
from keyrack.tui.servers.row_work import RowWork


class EditingActions:
    def __init__(self, work: RowWork) -> None:
        self._screen, self._work = work.screen, work
        self._lookup = Single(self._screen)

    def add(self) -> None:
        self._screen.host.push_screen(ServerForm(), lambda saved: self._saved("Added", saved))

    def edit(self, row: Row) -> None:
        def read(entry: Entry) -> None:
            if entry.server.command is not None:
                key = keymap.key_of("open")
                self._work.say(f"{entry.name} is a local process. Press {key} to change it.", "warning")
            else:
                form = ServerForm(entry)
                self._screen.host.push_screen(form, lambda saved: self._saved("Changed", saved))

        self._with_entry(row, read)

    def remove(self, row: Row) -> None:
        adapters, host = self._screen.host.adapters, self._screen.host

        def read(entry: Entry) -> None:
            def ask(accounts: tuple[str, ...]) -> None:
                def answered(answer: Answer | None) -> None:
                    if answer is not None:
                        self._remove(row, entry, clear=accounts if answer == "clear" else ())

                host.push_screen(RemoveScreen(entry, accounts), answered)

            self._lookup.run(lambda: own_entries.accounts_of(adapters(), entry), ask, host.say_error)

        self._with_entry(row, read)

    def _remove(self, row: Row, entry: Entry, *, clear: tuple[str, ...]) -> None:
        adapters = self._screen.host.adapters
        self._work.start(
            row,
            "removing",
            lambda: own_entries.remove(adapters(), entry, clear=clear),
            lambda _, affected: self._tell([f"Removed {entry.name}."], affected),
        )

    def _with_entry(self, row: Row, then: Callable[[Entry], Any]) -> None:
        """Read the server's table. For another program's server, say where it is, and how to open that."""
        adapters, host = self._screen.host.adapters, self._screen.host

        def refused(error: Exception) -> None:
            if own_source(row.server) is None and row.server.sources:
                self._work.say(f"{error} Press {keymap.key_of('open')} to open it there.", "warning")
            else:
                host.say_error(error)

        self._lookup.run(lambda: own_entries.entry_of(adapters(), row.server), then, refused)

    def _saved(self, what: str, saved: Saved | None) -> None:
        if saved is None:
            return
        told = [f"{what} {saved.name}."]
        if saved.tried is not None:
            told.append(saved.tried.sentence)
            if saved.tried.login:
                told.append(f"Press {keymap.key_of('login')} to log in.")
            elif saved.tried.token:
                told.append(f"Press {keymap.key_of('token')} to enter one.")
        self._tell(told, saved.affected)
        self._screen.look(lambda: self._select(saved.name))

    def _select(self, name: str) -> None:
        for key, row in self._screen.rows.items():
            source = own_source(row.server)
            if source is not None and source.name == name:
                self._screen.go_to(key)
                return

    def _tell(self, told: list[str], affected: Affected) -> None:
        clear, connect = keymap.key_of("clear"), keymap.key_of("connect")
        also = [
            *affected.told,
            *(f"{name} has the same URL; each has its own credential." for name in affected.same_url),
            *(
                f"The credential for {shown(server.url or '') or server.name} stays stored, and is listed as"
                f" “not configured any more”. Press {clear} there to delete it."
                for server in affected.left
            ),
            *(
                f"{program} asks keyrack for it by its old name. Press {connect} to connect it again."
                for program in affected.askers
            ),
        ]
        self._work.say(" ".join((*told, *also)), "warning" if also else "information")
