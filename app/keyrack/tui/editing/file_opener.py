"""Opens a configuration file in the user's editor, at the line of a server's entry."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from textual.app import SuspendNotSupported
from textual.content import Content

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Problem
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Overview, Row
from keyrack.system import editor
from keyrack.system.editor import Editor
from keyrack.tui.kit.background import Single
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.present import join, say, short_path, title
from keyrack.tui.servers.list_screen import ListScreen
from keyrack.wording.tones import Tone

PAUSE = 0.3  # seconds


class _Opened(NamedTuple):
    path: str
    editor: Editor


def line_of(adapters: Adapters, source: Source) -> int | None:
    """The line of the entry; in a file that stands for itself, of the first problem."""
    if source.name:
        return adapters.other_programs().line_of_entry(source)
    problems = adapters.read().problems
    return next((each.line for each in problems if each.path == source.path and each.line), None)


class FileOpener:
    """Whatever is chosen, the list is read again afterwards."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._lookup = Single(screen)
        self._ended = float("-inf")  # when an editor left the terminal

    def open_row(self, row: Row) -> None:
        """The file of a server's entry; which one, if there are several."""
        self.open_one_of(row.server.name, row.server.sources)

    def open_one_of(self, name: str, sources: Sequence[Source]) -> None:
        """One of these entries. One without a name stands for its file."""
        places = list({(each.path, each.name, each.scope): each for each in sources}.values())
        if not places:
            self._screen.host.say(f"{name}: no configuration file names it.", severity="warning")
            return
        if len(places) == 1:
            self._open(places[0])
            return
        from keyrack.tui.sharing.which import WhichScreen

        entries = [
            Entry(say(each.client, Tone.STRONG), say(short_path(each.path), Tone.DIM)) for each in places
        ]
        screen = WhichScreen(title("Open a file", name), "Which file?", entries)
        self._screen.host.push_screen(screen, lambda at: self._open(places[at]) if at is not None else None)

    def open_read(self, overview: Overview) -> None:
        """One of the files that were read: at the line of a problem, which come first, or from the top."""
        problems = list({(each.path, each.line): each for each in overview.problems if each.path}.values())
        known = {problem.path for problem in problems}
        others = [
            place
            for place in overview.places
            if place.path not in known and not place.found.startswith("no ")
        ]
        spots = [(each.path, each.line) for each in problems] + [(each.path, None) for each in others]
        if not spots:
            self._screen.host.say("There is no file to open.")
            return
        if len(spots) == 1:
            self._open_at(*spots[0])
            return
        from keyrack.tui.sharing.which import WhichScreen

        entries = [
            *(Entry(_problem(each), say(_where(each.path, each.line), Tone.DIM)) for each in problems),
            *(Entry(say(each.client, Tone.STRONG), say(short_path(each.path), Tone.DIM)) for each in others),
        ]
        screen = WhichScreen(title("Open a file"), "Which file?", entries)
        self._screen.host.push_screen(
            screen, lambda at: self._open_at(*spots[at]) if at is not None else None
        )

    def _open(self, source: Source) -> None:
        self._look_up(source.path, lambda adapters: line_of(adapters, source))

    def _open_at(self, path: str, line: int | None) -> None:
        self._look_up(path, lambda adapters: line)

    def _look_up(self, path: str, line_in: Callable[[Adapters], int | None]) -> None:
        if time.monotonic() < self._ended + PAUSE:
            return  # the key was held down before the editor came
        adapters, host = self._screen.host.adapters, self._screen.host

        def find() -> _Opened:
            if not os.path.isfile(path):
                raise KeyrackError(f"{path} is not a file, so it can't be opened in an editor.")
            found = editor.editor_for(path, line_in(adapters()), os.environ)
            if not found.in_terminal:
                editor.start_in_window(found.argv)
            return _Opened(path, found)

        self._lookup.run(find, self._found, host.say_error)

    def _found(self, opened: _Opened) -> None:
        host, found = self._screen.host, opened.editor
        if not found.in_terminal:
            host.say(f"Opened {short_path(opened.path)} in {found.name}.")
            return
        try:
            with host.suspend():
                code = editor.run_in_terminal(found.argv)
            self._ended = time.monotonic()
        except SuspendNotSupported:
            host.say(
                f"No editor can be opened in this terminal. The file is {opened.path}.", severity="warning"
            )
            return
        except KeyrackError as error:
            host.say_error(error)
            return
        if code:
            host.say(f"{found.name} ended with code {code}.", severity="warning")
        elif not found.is_set:
            host.say(f"Set EDITOR to open files in another editor than {found.name}.")
        self._screen.look_again()


def _problem(problem: Problem) -> Content:
    entry = f"{problem.entry}: " if problem.entry else ""
    words = say(f"{entry}{problem.sentence}", limit=200)
    return join(say("! ", Tone.WARN), say(problem.client, Tone.STRONG), "  ", words)


def _where(path: str, line: int | None) -> str:
    return f"{short_path(path)}{f', line {line}' if line else ''}"
