"""The application: themes, commands and the screen stack."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from keyrack.domain.errors import KeyrackError, StoreLocked
from keyrack.domain.own_keys import OwnKeys
from keyrack.domain.reading import Problem
from keyrack.domain.secret import Secret
from keyrack.operations.ports.screen import NoScreenState, ScreenState
from keyrack.tui.host import Severity
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import deliver
from keyrack.tui.kit.keyboard import Keyboard
from keyrack.tui.kit.message_line import show_on
from keyrack.tui.kit.messages import Messages
from keyrack.tui.kit.present import error_text, safe
from keyrack.tui.remembering import Remembering
from keyrack.tui.servers.main import MainScreen
from keyrack.tui.terminal.clipboard import Clipboard, forget_in_tmux
from keyrack.tui.terminal.signals import Signals
from keyrack.tui.terminal.suspension import Suspension
from keyrack.tui.theme import KEYRACK_DARK, KEYRACK_LIGHT, THEMES

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.theme import Theme

    from keyrack.domain.hooks import Hooks
    from keyrack.operations.ports import Adapters
    from keyrack.tui.host import Host
    from keyrack.tui.terminal.background import Background

    _is_host: Callable[[KeyrackApp], Host] = lambda app: app  # noqa: E731  only for the type checker


WIDE = 130  # columns needed to show the details next to the list


def refuse_web_driver(driver: type) -> None:
    """Raise KeyrackError if the screen would be shown in a web browser.

    textual-serve has no login, and would show this user's credentials to anyone
    who opens the page.
    """
    if driver.__module__.startswith("textual.drivers.web"):
        raise KeyrackError(
            "keyrack does not run as a web page: anyone who opened it could use your credentials.",
            hint="Start it in a terminal.",
        )


def _commands() -> type[Provider]:
    from keyrack.tui.commands import Commands

    return Commands


def _usable(own: OwnKeys) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The user's own keys, and what is wrong with the others."""
    if not own.keys:
        return {}, ()
    from keyrack.tui.kit.own_keys import usable

    keys, wrong = usable(own.keys)
    return keys, tuple(Problem("keyrack", own.path, sentence) for sentence in wrong)


class KeyrackApp(App[None]):
    TITLE = "keyrack"
    # The first screen's: Textual does not load the style sheet of the default screen.
    CSS_PATH = "servers/main.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  Textual expects a list
    BINDINGS: ClassVar = [*keymap.APP]
    COMMANDS: ClassVar = {_commands}
    COMMAND_PALETTE_BINDING = keymap.PALETTE_KEY

    def __init__(
        self,
        adapters_factory: Callable[[], Adapters],
        *,
        banner: str = "",
        sign_in_note: str = "",
        state: ScreenState | None = None,
        light: bool = False,
    ) -> None:
        state = state or NoScreenState()
        self.remembering = Remembering(self, state)
        keys, self.key_problems = _usable(state.keys())
        keymap.use(keys)
        setattr(self, "COMMAND_PALETTE_BINDING", keys.get("palette", keymap.PALETTE_KEY))  # noqa: B010  a constant
        self._light, self._theme_due = light, False
        # Before Textual's part, which then parses the style sheets with the theme's colors. A change of the
        # theme parses them all once more, before the first frame.
        self.set_reactive(App.theme, self._wanted_theme)
        super().__init__()
        self.set_keymap(keys)
        self.banner, self.sign_in_note = banner, sign_in_note
        self._adapters_factory = adapters_factory
        self._adapters: Adapters | None = None
        self._adapters_lock = threading.Lock()
        self.keyboard = Keyboard(self)
        self.signals = Signals(self)
        self._suspension = Suspension(self)
        self._terminal_clipboard = Clipboard(self)
        self.wants_demo = False  # after this screen has closed
        self.messages = Messages(self.show_messages, self.set_timer)

    @property
    def available_themes(self) -> dict[str, Theme]:
        return THEMES

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            wanted = self.keyboard.passes(event)
        elif isinstance(event, events.MouseDown | events.MouseUp) and not event.is_forwarded:
            wanted = not self.keyboard.too_early(event)
        else:
            wanted = True
        if wanted:
            await super().on_event(event)

    def post_display_hook(self) -> None:
        self.keyboard.drawn()
        # Not by `call_after_refresh`: the footer would be composed before.
        if self.screen_stack and self._main.is_mounted and self._main.size:
            self._main.drawn()

    def action_suspend_process(self) -> None:
        """Go to the shell until it continues keyrack."""
        self._suspension.begin()

    @contextmanager
    def suspend(self) -> Generator[None]:
        """Give the terminal to an editor. What was typed before is not a key once more when it comes back."""
        try:
            with super().suspend():
                yield
        finally:
            self.keyboard.forget()

    @property
    def can_suspend(self) -> bool:
        """Whether this is a terminal of Linux or macOS."""
        return hasattr(self._driver, "suspend")

    def stop(self) -> bool:
        """Stop the process until the shell continues it. False if there is no shell that could."""
        return cast(Any, self._driver).suspend()

    def suspend_soon(self) -> None:
        """The same, for SIGTSTP. Can be called from any thread, and from a signal's handler."""
        self.call_in_loop(self._suspension.begin)

    @on(Driver.SignalResume)
    def _draw_again(self) -> None:
        self.refresh(layout=True)

    def watch_app_focus(self, focus: bool) -> None:
        """Set the initial focus of a dialog that opened while the terminal had no focus."""
        screen = self.screen
        if focus and screen.focused is None and screen.AUTO_FOCUS:
            screen.set_focus(next((each for each in screen.query(screen.AUTO_FOCUS) if each.focusable), None))

    @property
    def is_looping(self) -> bool:
        """Whether the event loop has started, and not closed."""
        return self._loop is not None and not self._loop.is_closed()

    def call_in_loop(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call back in the event loop, if that is open. From any thread, and from a signal's handler."""
        with suppress(RuntimeError):  # the loop is closed
            if self._loop is not None:
                self._loop.call_soon_threadsafe(callback, *args)

    def hang_up(self) -> None:
        """Exit because the terminal is gone. Can be called from any thread."""
        self.signals.hang_up()

    def adapters(self) -> Adapters:
        """The adapters, built on the first call. Can be slow, so call it off the UI thread."""
        with self._adapters_lock:
            if self._adapters is None:
                self._adapters = self._adapters_factory()
                self._adapters.on_wait(lambda sentence: deliver(self, self.say, sentence))
            return self._adapters

    def now(self) -> float:
        """The time in Unix seconds, from the clock that the operations use."""
        return self._adapters.now() if self._adapters is not None else time.time()

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":  # Windows, a web server, or TEXTUAL_DRIVER is set
            return driver
        from keyrack.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def get_default_screen(self) -> Screen[Any]:
        return MainScreen(banner=self.banner)

    def action_command_palette(self) -> None:
        from keyrack.tui.kit.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder="a command or a server's name"))

    async def action_quit(self) -> None:
        """Quit, but ask first if something would be lost."""
        from keyrack.tui.storage.quit import QuitScreen

        lost = self._main.only_in_memory() if not self.banner else []  # the demo has nothing to lose
        if not lost:
            self.exit()
        elif not any(isinstance(screen, QuitScreen) for screen in self.screen_stack):
            self.push_screen(QuitScreen(lost), lambda agreed: self.exit() if agreed else None)

    def exit(self, *args: Any, **more: Any) -> None:
        if self.screen_stack and (row := self._main.selected()):
            self.remembering.select(row.key)
        if secret := self._terminal_clipboard.clear():
            forget_in_tmux(secret)
            more.setdefault("message", "keyrack removed the token from the terminal's clipboard.")
        super().exit(*args, **more)

    @property
    def _main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def search_themes(self) -> None:
        from keyrack.tui.kit.palette import Palette
        from keyrack.tui.theme_list import ThemeList

        self.push_screen(Palette([ThemeList], placeholder="a theme"))

    def choose_theme(self, name: str) -> None:
        """Change the theme, and remember it; "" is keyrack's own, light or dark as the terminal is."""
        self.remembering.change(theme=name)
        self._show_theme()

    def _show_theme(self) -> None:
        self._theme_due = False
        self.theme = self._wanted_theme

    @property
    def _wanted_theme(self) -> str:
        chosen, own = self.remembering.now.theme, KEYRACK_LIGHT if self._light else KEYRACK_DARK
        return chosen if chosen in THEMES else own.name

    def on_background(self, answer: Background) -> None:
        """The terminal's answer, which is soon here, late, or never."""
        self._light = answer.light
        if not self._theme_due:  # several answers are one change, which styles everything anew
            self._theme_due = True
            self.call_later(self._show_theme)

    def say(self, sentence: str, *, severity: Severity = "information", stays: bool = False) -> None:
        """Show a message above the footer. The text can come from anyone.

        An error, and what `stays`, is shown until the user dismisses it.
        """
        self.messages.add(safe(sentence), severity, stays=stays)

    def dismiss(self) -> bool:
        """Remove the message that is shown; False if there is none that waits for it."""
        return self.messages.dismiss()

    def notify(
        self, message: str, *, title: str = "", severity: Severity = "information", **more: Any
    ) -> None:
        """What Textual itself has to tell."""
        self.say(f"{title} {message}".strip(), severity=severity)

    def show_messages(self) -> None:
        """Show the newest message on every screen, or none."""
        for screen in self.screen_stack:
            show_on(screen, self.messages, keymap.key_of("stop"))

    def _refresh_notifications(self) -> None:
        """Textual calls it for each screen that comes on top, to show its own notifications there."""
        self.show_messages()

    def alert(self, title: str, text: str, hooks: Hooks) -> None:
        """Notify by the terminal, and ring its bell, as the settings say. Not in the demo: its servers are
        nobody's."""
        if self.banner or self._driver is None:
            return
        from keyrack.tui.terminal.notification import BELL, notification

        notified = notification(title, text, os.environ) if hooks.notify else ""
        self._driver.write(notified + (BELL if hooks.bell else ""))

    def say_error(self, error: BaseException) -> None:
        """Show an error and what to do."""
        if isinstance(error, StoreLocked):
            self.say(f"{error} Press {keymap.key_of('unlock')} to unlock it.", severity="error")
        else:
            self.say(error_text(error), severity="error")

    def try_demo(self) -> None:
        """Close, so that the demo can start in this terminal."""
        self.wants_demo = True
        self.exit()

    def look_again(self) -> None:
        """Reload the list, after work that outlived the screen that started it."""
        self._main.look_again()

    def copy(self, text: str) -> None:
        """Copy to the terminal's clipboard, without keeping a copy in the program."""
        self._terminal_clipboard.copy(text)

    def copy_secret(self, secret: Secret) -> None:
        """The same, and remove it after a while, or when keyrack exits."""
        self._terminal_clipboard.copy_secret(secret)

    def send(self, sequence: str) -> None:
        """Write to the terminal, beside what is drawn."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _fatal_error(self) -> None:
        """As in Textual, but without the locals, which can hold secrets."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        forget_in_tmux(self._terminal_clipboard.clear())
        report = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(report, self.console.options)))
        self._close_messages_no_wait()
