"""Textual's driver for Linux and macOS, with some changes.

The terminal is asked for its background. Its answers are not taken for keys, and the program exits when the
terminal is gone. Textual's own driver keeps reading after the end of input in a busy loop. Its writer thread
dies on the first failed write, and anything that adds to its queue then waits forever. The thread that reads
sleeps until there is something to read: Textual's looks ten times a second, which is a third of what an idle
screen costs.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from asyncio import AbstractEventLoop, TimerHandle, get_running_loop
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
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
SETTLED = 0.2  # seconds without another SIGCONT until the terminal is taken again
HELD_UP = 1.0  # seconds of these in which the terminal is not left


class Application(Protocol):
    def hang_up(self) -> None:
        """Called when the terminal is gone. Can be called from any thread."""
        ...

    def suspend_soon(self) -> None:
        """Called for SIGTSTP. Can be called from any thread, and from a signal's handler."""
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
        self._on_stop = signal.getsignal(signal.SIGTSTP)
        self._continued = self._left = False  # by SIGCONT; the terminal, for the shell
        self._loop: AbstractEventLoop | None = None
        self._starting: TimerHandle | None = None
        # A child that ^z stops between vfork and exec would keep this process from stopping: the shell would
        # wait for both forever.
        setattr(subprocess, "_USE_VFORK", False)  # noqa: B010  documented, but not in the types
        super().__init__(app, **more)
        self._application = cast(Application, app)
        self._gone = Event()
        self._answered = Event()  # no answer is on its way
        self._answered.set()
        self._asked = 0.0  # when
        self._woken, self._waker = os.pipe()  # readable when the thread has to stop
        self._file = cast(Any, Output(cast(TextIO, sys.__stderr__), self._hang_up))

    def start_application_mode(self) -> None:
        """Also ask for the background; a `Background` message tells the answer, whenever it comes."""
        self._loop = get_running_loop()
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

    def suspend(self) -> bool:
        """Leave the terminal to the shell until it continues this program in the foreground.

        False if there is no shell that could. Blocks the event loop, as the stopped process does anyway.
        """
        self._left = True
        self.suspend_application_mode()
        stopped = again = self._stop()
        while again and not self._is_in_foreground():
            again = self._stop()
        self._left = False
        self._take_again()
        return stopped

    def _stop(self) -> bool:
        """Stop the whole process group, as ^z does, because a script or make may have started this program.

        The kernel ignores it where no shell could continue the group. False then.
        """
        self._continued = False
        handler = signal.signal(signal.SIGTSTP, self._on_stop)
        try:
            os.kill(0, signal.SIGTSTP)
        finally:
            signal.signal(signal.SIGTSTP, handler)
        return self._continued

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:  # the terminal is gone
            return True

    def _sigtstp_application(self, *_: object) -> None:
        """SIGTSTP from elsewhere. Textual's own handler can meet one of its locks and wait forever."""
        if self._auto_restart:
            self._application.suspend_soon()
        else:  # an editor has the terminal, and the event loop waits for it
            self._stop()

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again after a stop that nobody told, as by SIGSTOP."""
        self._continued = True
        if self._auto_restart and self._loop is not None and not self._left:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._start_soon)

    def _start_soon(self) -> None:
        """What limits a program's use of the processor stops and continues it many times a second."""
        if self._starting is not None:
            self._starting.cancel()
        self._starting = get_running_loop().call_later(SETTLED, self._start_again)

    def _start_again(self) -> None:
        if not self._gone.is_set() and self._app.is_running:  # SIGCONT also follows a hang-up
            self.suspend_application_mode()
            self._take_again()

    def _take_again(self) -> None:
        self._must_signal_resume = True
        self.resume_application_mode()

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
