"""Textual's driver for Linux and macOS, with some changes.

The terminal is asked for its background. Its answers are not taken for keys, and the program exits when the
terminal is gone. Textual's own
driver keeps reading after the end of input in a busy loop. Its writer thread dies on the first failed write,
and anything that adds to its queue then waits forever. The thread that reads sleeps until there is something
to read: Textual's looks ten times a second, which is a third of what an idle screen costs.
"""

from __future__ import annotations

import os
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from threading import Event
from typing import Any, Protocol, TextIO, cast

from textual._time import get_time
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from keyrack.tui.terminal.background import QUESTION, Identified, may_be_asked
from keyrack.tui.terminal.reader import TerminalReader

SHORT = 0.02  # seconds between looks at the clock while a sequence is incomplete
CHUNK = 4096  # bytes
EXPECTED = 5.0  # seconds in which a terminal answers, if it ever does
HELD_UP = 1.0  # seconds of these in which the terminal is not left


class Ending(Protocol):
    """The application, which exits when its terminal is gone."""

    def hang_up(self) -> None:
        """Called when the terminal is gone. Can be called from any thread."""
        ...


class Output:
    """Standard error, where Textual draws. Output is dropped once the terminal is gone."""

    def __init__(self, file: TextIO, on_gone: Callable[[], None]) -> None:
        self._file, self._on_gone = file, on_gone
        self._gone = False

    def write(self, text: str) -> None:
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        self._try(self._file.flush)

    def fileno(self) -> int:
        return self._file.fileno()

    def _try(self, do: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            do()
        except BlockingIOError:
            pass  # another program made the descriptor non-blocking: only a frame is lost
        except (OSError, ValueError):
            self._gone = True
            self._on_gone()


class TerminalDriver(LinuxDriver):
    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._application = cast(Ending, app)
        self._gone = Event()
        self._answered = Event()  # no answer is on its way
        self._answered.set()
        self._asked = 0.0  # when
        self._woken, self._waker = os.pipe()  # readable when the thread has to stop
        self._file = cast(Any, Output(cast(TextIO, sys.__stderr__), self._hang_up))

    def start_application_mode(self) -> None:
        """Also ask for the background; a `Background` message tells the answer, whenever it comes."""
        super().start_application_mode()
        if self.input_tty and may_be_asked(os.environ):
            self._asked = get_time()
            self._answered.clear()
            self.write(QUESTION)
            self.flush()

    def stop_application_mode(self) -> None:
        """Also wait a little for an answer that is on its way: the shell would take it for keys."""
        if not self._gone.is_set():
            self._answered.wait(max(self._asked + HELD_UP - get_time(), 0.0))
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read until the program exits or the terminal is gone."""
        reader, fileno = TerminalReader(), self.fileno
        # Invalid UTF-8 must not crash the program.
        decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        with selectors.SelectSelector() as selector:  # the only selector for terminals on macOS
            selector.register(fileno, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                reader.expecting = not self._answered.is_set() and get_time() < self._asked + EXPECTED
                ready = selector.select(SHORT if reader.waiting else None)
                if not any(key.fd == fileno for key, _ in ready):
                    for event in reader.tick(get_time()):
                        self.process_message(event)
                    continue
                try:
                    data = os.read(fileno, CHUNK)
                except BlockingIOError:
                    continue
                except OSError:  # EIO: the terminal was closed
                    data = b""
                if not data:
                    self._hang_up()
                    return
                for event in reader.feed(decode(data), get_time()):
                    if isinstance(event, Identified):
                        self._answered.set()
                    else:
                        self.process_message(event)

    def disable_input(self) -> None:
        """Wake the thread that reads, so that it sees `exit_event`. Textual's own looks by itself."""
        os.write(self._waker, b"x")
        super().disable_input()
        os.read(self._woken, 1)

    def _hang_up(self) -> None:
        """Can be called from any thread."""
        if not self._gone.is_set():
            self._gone.set()
            self._answered.set()
            self._application.hang_up()
