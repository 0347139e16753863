"""Desktop notifications: the texts stay texts."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from typing import Any

import pytest

from keyrack.system import bus, desktop

HOSTILE = 'a\x1b[2J\n<b>&amp;</b> \u202e$(x) " do shell script'


class FakeBus:
    """A session bus with a notification server."""

    capabilities: tuple[str, ...] = ("body", "body-markup")
    calls: list[tuple[str, tuple[Any, ...]]]

    def __init__(self, timeout: float) -> None:
        self.calls = type(self).calls = []

    def ask(self, call: Any, timeout: float) -> tuple[Any, ...]:
        name = call.header.fields[3]  # MEMBER
        self.calls.append((name, call.body))
        return (list(self.capabilities),) if name == "GetCapabilities" else (1,)

    def close(self) -> None:
        pass


def test_markup_is_escaped_and_control_characters_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jeepney")
    monkeypatch.setattr(bus, "Bus", FakeBus)
    assert desktop.notify(HOSTILE, HOSTILE, "linux")
    name, body = FakeBus.calls[-1]
    assert name == "Notify"
    plain = 'a[2J <b>&amp;</b> $(x) " do shell script'
    escaped = 'a[2J &lt;b&gt;&amp;amp;&lt;/b&gt; $(x) " do shell script'
    assert body == ("keyrack", 0, "", f"keyrack: {plain}", escaped, [], {}, -1)


def test_a_server_without_markup_gets_the_text_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jeepney")
    monkeypatch.setattr(bus, "Bus", FakeBus)
    monkeypatch.setattr(FakeBus, "capabilities", ("body",))
    assert desktop.notify("t", "a & b", "linux")
    assert FakeBus.calls[-1][1][4] == "a & b"


def test_without_a_desktop_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert not desktop.notify("t", "b", "linux")
    assert not desktop.notify("t", "b", "win32")


def test_on_a_mac_the_texts_are_arguments_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []

    def run(command: list[str], **how: Any) -> Any:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert desktop.notify("-e", HOSTILE, "darwin")
    (command,) = ran
    script = [word for flag, word in pairwise(command) if flag == "-e"]
    assert script == [
        "on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run",
    ]  # fmt: skip
    assert command[-2:] == ["keyrack: -e", 'a[2J <b>&amp;</b> $(x) " do shell script']
