"""The application: themes, commands, and one screen on top of the other."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import App
from textual.screen import Screen

from keyrack.domain.errors import KeyrackError, StoreLocked
from keyrack.operations.unbroken import let_end
from keyrack.tui import keymap
from keyrack.tui.present import error_text, safe
from keyrack.tui.screens.main import MainScreen
from keyrack.tui.theme import KEYRACK_DARK, KEYRACK_LIGHT

if TYPE_CHECKING:
    from textual.command import Provider

    from keyrack.operations.parts import Parts


HANG_UP_GRACE = 5.0  # seconds for an end in good order once the terminal is gone
READ_IN_A_SECOND = 10  # characters, by somebody who looked elsewhere at first
WIDE = 100  # columns from which the details stand beside the list

Severity = Literal["information", "warning", "error"]


def refuse_web_driver(driver: type) -> None:
    """Raise KeyrackError where the screen would be sent to a browser.

    textual-serve asks nobody who they are, and would show this user's credentials
    to whoever opens the page.
    """
    if driver.__module__.startswith("textual.drivers.web"):
        raise KeyrackError(
            "keyrack does not run as a web page: whoever opened it could use your credentials.",
            hint="Start it in a terminal.",
        )


def _commands() -> type[Provider]:
    from keyrack.tui.commands import Commands

    return Commands


def _end_at_once(code: int) -> None:
    let_end()  # a refresh that was begun may have spent the old refresh token
    os._exit(code)


class KeyrackApp(App[None]):
    TITLE = "keyrack"
    # The first screen's: Textual reads no style sheet of the default screen itself.
    CSS_PATH = "screens/main.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  Textual reads a list
    BINDINGS: ClassVar = [*keymap.APP]
    COMMANDS: ClassVar = {_commands}
    COMMAND_PALETTE_BINDING = keymap.PALETTE_KEY

    def __init__(
        self, parts_factory: Callable[[], Parts], *, banner: str = "", sign_in_note: str = ""
    ) -> None:
        super().__init__()
        self.banner, self.sign_in_note = banner, sign_in_note
        self._parts_factory = parts_factory
        self._parts: Parts | None = None
        self._parts_lock = threading.Lock()
        self.register_theme(KEYRACK_DARK)
        self.register_theme(KEYRACK_LIGHT)
        self.theme = KEYRACK_DARK.name

    def on_mount(self) -> None:
        # A polite kill: the terminal is put right first. A closed window: there is none any more.
        loop = asyncio.get_running_loop()
        # Windows has no such signals; a test's loop may run in another thread.
        with suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
            loop.add_signal_handler(signal.SIGTERM, self._leave, signal.SIGTERM)
            loop.add_signal_handler(signal.SIGHUP, self._hung_up)

    def _leave(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def _hung_up(self) -> None:
        """The terminal is gone. Textual's writer would die of it and its full queue hold up the end."""
        signal.signal(signal.SIGCONT, signal.SIG_IGN)  # it follows a hang-up, and would open the screen again
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        last_resort = threading.Timer(HANG_UP_GRACE, _end_at_once, (128 + signal.SIGHUP,))
        last_resort.daemon = True
        last_resort.start()
        self._leave(signal.SIGHUP)

    def parts(self) -> Parts:
        """The adapters, built at the first call. May be slow: call it off the screen's thread."""
        with self._parts_lock:
            if self._parts is None:
                self._parts = self._parts_factory()
            return self._parts

    def now(self) -> float:
        """Unix seconds, by the clock that the operations use."""
        return self._parts.now() if self._parts is not None else time.time()

    def get_default_screen(self) -> Screen[Any]:
        return MainScreen(banner=self.banner)

    def action_command_palette(self) -> None:
        from keyrack.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder="a command, or a server's name"))

    async def action_quit(self) -> None:
        """At once, or after a question where something would be lost."""
        from keyrack.tui.screens.quit import QuitScreen

        lost = self._main.only_in_memory() if not self.banner else []  # the demo is made to be left
        if not lost:
            self.exit()
        elif not any(isinstance(screen, QuitScreen) for screen in self.screen_stack):
            self.push_screen(QuitScreen(lost), lambda agreed: self.exit() if agreed else None)

    @property
    def _main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def search_themes(self) -> None:
        from textual.theme import ThemeProvider

        from keyrack.tui.screens.palette import Palette

        self.push_screen(Palette([ThemeProvider], placeholder="a theme"))

    def say(self, sentence: str, *, severity: Severity = "information") -> None:
        """A notification in place of the last; its words may be anybody's. A long one stays longer."""
        self.clear_notifications()
        seconds = max(self.NOTIFICATION_TIMEOUT, len(sentence) / READ_IN_A_SECOND)
        self.notify(safe(sentence), severity=severity, timeout=seconds, markup=False)

    def say_error(self, error: BaseException) -> None:
        """What went wrong, and what to do."""
        if isinstance(error, StoreLocked):
            self.say(f"{error} Press {keymap.key_of('unlock')} to unlock it.", severity="error")
        else:
            self.say(error_text(error), severity="error")

    def look_again(self) -> None:
        """After something that came to its end without the screen that began it."""
        self._main.look_again()

    def copy(self, text: str) -> None:
        """To the terminal's clipboard (OSC 52), without keeping a copy in the program."""
        self.copy_to_clipboard(text)
        self._clipboard = ""

    def _fatal_error(self) -> None:
        """As Textual's, without the locals: a traceback must not show what they hold."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        report = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(report, self.console.options)))
        self._close_messages_no_wait()
