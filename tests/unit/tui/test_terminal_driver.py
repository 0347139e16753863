"""The thread that reads the terminal sleeps until there is something to read, and ends when it has to."""

from __future__ import annotations

import asyncio
import os
import selectors
import sys
from queue import Queue
from threading import Thread
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the driver is for Linux and macOS", allow_module_level=True)

import tty

from textual import events
from textual.app import App

from keyrack.tui.terminal.driver import TerminalDriver


async def _driver() -> TerminalDriver:
    return TerminalDriver(App[None](), size=(80, 24))


def test_it_sleeps_between_keys_and_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[float | None] = []
    select = selectors.SelectSelector.select

    def watched(self: Any, timeout: float | None = None) -> Any:
        timeouts.append(timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.SelectSelector, "select", watched)
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    try:
        driver = asyncio.run(_driver())
        driver.fileno = theirs
        heard: Queue[Any] = Queue()
        monkeypatch.setattr(driver, "process_message", heard.put)
        monkeypatch.setattr(driver, "write", lambda data: None)  # nobody looks at this terminal
        for key in ("a", "b"):  # started again, as after the terminal was left with ctrl+z
            driver._key_thread = thread = Thread(target=driver.run_input_thread, daemon=True)
            thread.start()
            os.write(ours, key.encode())
            event = heard.get(timeout=20)
            assert isinstance(event, events.Key) and event.key == key
            driver.disable_input()
            assert not thread.is_alive()
        assert set(timeouts) == {None}
    finally:
        os.close(ours)
        os.close(theirs)
