"""The list of programs, and below it the servers of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import OptionList, Static

from keyrack.domain.model import Source
from keyrack.operations.servers.overview import Overview
from keyrack.operations.sharing.clients import Client, Entry, clients
from keyrack.tui.clients import client_words as words
from keyrack.tui.clients.line_list import EDGES, LineList
from keyrack.tui.host import Host, host_of
from keyrack.tui.kit import keymap
from keyrack.tui.kit.key_footer import KeyFooter
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.steady import update
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.wording.clients import WAYS
from keyrack.wording.tones import Tone

Run = Callable[[str, Entry, str], object]
TICK = 1.0  # seconds between updates of what depends on the time


class ClientsScreen(Screen[None]):
    """Follows the list: every look there is shown here too."""

    CSS_PATH = "clients.tcss"
    BINDINGS: ClassVar = [*keymap.CLIENTS]
    AUTO_FOCUS = "#programs"

    def __init__(
        self,
        overview: Overview,
        looked: Signal[Overview],
        run: Run,
        undo: Callable[[], object],
        read_keychain: Callable[[], object],
        open_file: Callable[[str, Sequence[Source]], object],
    ) -> None:
        """`run(what, entry, program)` does "detail", "import", "publish", "connect" or "clear-there" with an
        entry. `open_file(name, sources)` opens one of these entries in an editor; one without a name is a
        file."""
        super().__init__()
        self._read_keychain, self._open_file = read_keychain, open_file
        self._overview, self._looked, self._run, self._undo = overview, looked, run, undo
        self._clients: dict[str, Client] = {}
        self._needle = ""
        self._head = Content("")
        self._lacking = False, False  # a program, and a server

    @property
    def host(self) -> Host:
        return host_of(self)

    def compose(self) -> ComposeResult:
        yield Static(id="summary")
        yield Static(id="unread")
        yield FilterLine()
        with Vertical(id="programs-box"):
            yield Static(id="programs-head")
            yield LineList(id="programs")
        with Vertical(id="entries-box"):
            yield Static(id="files")
            yield Static(id="entries-head")
            yield LineList(id="entries")
        yield KeyFooter(offers=self._offers)

    def _offers(self, binding: Binding) -> bool:
        """Whether the footer shows a key: without a server, only what can be done there."""
        if self.client is None:
            return binding.id in keymap.WITHOUT_PROGRAM
        if self.entry is None:
            return binding.id in keymap.WITHOUT_ENTRY
        return binding.show

    def on_mount(self) -> None:
        self.query_one("#programs-box").border_title = title("Programs")
        self.query_one("#files").can_focus = False
        self._looked.subscribe(self, self._changed)
        self.set_interval(TICK, self.refresh_lines)
        self._changed(self._overview)

    def on_resize(self) -> None:
        self.refresh_lines()

    @property
    def programs(self) -> LineList:
        return self.query_one("#programs", LineList)

    @property
    def entries(self) -> LineList:
        return self.query_one("#entries", LineList)

    def _changed(self, overview: Overview) -> None:
        self._overview = overview
        self._clients = {client.name: client for client in clients(overview)}
        self.refresh_lines()

    def refresh_lines(self) -> None:
        """Show the lines as they are now."""
        now, needle = self.host.now(), self._needle.casefold().split()
        shown = {
            name: client
            for name, client in self._clients.items()
            if all(word in _haystack(client) for word in needle)
        }
        found = sum(client.is_found for client in self._clients.values())
        held = sum(len(client.held) for client in self._clients.values())
        one = "1 token" if held == 1 else f"{held} tokens"
        head = join(say("keyrack", Tone.KEY), "  ", say(f"{found} programs · {one} held by them"))
        update(self.query_one("#summary", Static), head)
        unread = self.query_one("#unread", Static)
        unread.display = bool(self._overview.unread)
        update(unread, words.unread(self._overview.unread, may_ask=self._overview.may_ask))
        width = max(self.size.width - 2 - EDGES, 1)
        heading = words.heading(words.program_columns(width), width)
        update(self.query_one("#programs-head", Static), heading)
        self.programs.show({name: partial(words.program, each, now) for name, each in shown.items()})
        self._show_entries()

    def _show_entries(self) -> None:
        client, now = self.client, self.host.now()
        box = self.query_one("#entries-box")
        head = title(client.name) if client else say("No program matches", Tone.DIM)
        if head != self._head:
            self._head = box.border_title = head
        about = words.files(client) if client else words.no_match(self._needle)
        update(self.query_one("#files", Static), about)
        listed = _keyed(client)
        width = max(self.size.width - 2 - EDGES, 1)
        heading = words.heading(words.entry_columns(width), width)
        none = words.no_servers(client) if client else Content("")
        update(self.query_one("#entries-head", Static), heading if listed else none)
        self.entries.show({key: partial(words.entry, each, now) for key, each in listed.items()})
        lacking = self.client is None, self.entry is None
        if lacking != self._lacking:
            self._lacking = lacking
            self.query_one(KeyFooter).look_again()

    @property
    def client(self) -> Client | None:
        """The program under the cursor."""
        return self._clients.get(self.programs.selected or "")

    @property
    def entry(self) -> Entry | None:
        """The server under the cursor of the lower list."""
        return _keyed(self.client).get(self.entries.selected or "")

    @on(OptionList.OptionHighlighted, "#programs")
    def _highlighted(self) -> None:
        self._show_entries()

    @on(OptionList.OptionSelected, "#programs")
    def _to_entries(self) -> None:
        if self.entries.option_count:
            self.entries.focus()
        elif self.client is not None:
            self.host.say(f"{self.client.name} has no servers and holds no tokens.")

    @on(OptionList.OptionSelected, "#entries")
    def action_detail(self) -> None:
        self.action_entry("detail")

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self._needle = event.needle
        self.refresh_lines()

    @on(FilterLine.Left)
    def _left_filter(self) -> None:
        self.programs.focus()

    def action_filter(self) -> None:
        self.query_one(FilterLine).focus()

    def action_back(self) -> None:
        """Dismiss a message; else go back to the programs, clear the filter, go back to the list."""
        if self.host.dismiss():
            return
        if self.focused is self.entries:
            self.programs.focus()
        elif self._needle:
            self.query_one(FilterLine).action_clear_filter()
        else:
            self.action_servers()

    def action_servers(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        from keyrack.tui.kit.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_undo(self) -> None:
        self._undo()

    def action_read_keychain(self) -> None:
        if self._overview.unread:
            self._read_keychain()
        else:
            self.host.say("All keychain items have been read.")

    def action_open(self) -> None:
        """Open the file of the selected server, or a file of the selected program."""
        client, entry = self.client, self.entry
        if entry is not None and self.focused is self.entries:
            self._open_file(entry.name, [entry.source] if entry.source else entry.server.sources)
        elif client is not None:
            there = [place.path for place in client.places if place.found != "no file"]
            self._open_file(client.name, [Source(client.name, path, "") for path in there])

    def action_entry(self, what: str) -> None:
        """Run one of the actions on the selected server of the selected program."""
        client, entry = self.client, self.entry
        if client is None or entry is None:
            self.host.say("No server is selected.")
        elif self.focused is not self.entries and len(client.entries) > 1:
            self.entries.focus()
            self.host.say("Select the server first, then press the key again.")
        else:
            self._run(what, entry, client.name)


def _keyed(client: Client | None) -> dict[str, Entry]:
    """Each entry by a key that stays the same in later looks."""
    found: dict[str, Entry] = {}
    for entry in client.entries if client else ():
        place = entry.source.full_name if entry.source else ""
        found[f"{entry.row.key if entry.row else ''}\n{place}\n{entry.name}"] = entry
    return found


def _haystack(client: Client) -> str:
    names = [each for entry in client.entries for each in (entry.name, *_words_of(entry))]
    return " ".join((client.name, *names)).casefold()


def _words_of(entry: Entry) -> tuple[str, ...]:
    url = entry.row.server.url if entry.row else None
    return WAYS[entry.way][0], url or ""
