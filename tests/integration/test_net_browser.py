"""Opening the browser with programs named in BROWSER."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyrack.net import browser
from keyrack.net.browser import open_browser

URL = "https://auth.example/authorize?a=1&b=%20x&c='$(id)';id"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the BROWSER programs here are shell scripts")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(browser, "QUICK", 60.0)  # a test waits for what it looks at, on a slow machine too


@pytest.fixture
def latch(tmp_path: Path) -> Iterator[Path]:
    """A pipe that the program opens to write: it says what it was started with."""
    path = tmp_path / "latch"
    os.mkfifo(path)
    yield path


def program(tmp_path: Path, text: str, name: str = "browser") -> str:
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.checklist("security: browser")
def test_the_url_arrives_as_one_word_and_nothing_of_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen = tmp_path / "seen"
    monkeypatch.setenv("BROWSER", program(tmp_path, f'printf "%s\\n" "$#" "$1" > {seen}'))
    assert open_browser(URL)
    count, url = seen.read_text().splitlines()
    assert count == "1"
    assert url == "https://auth.example/authorize?a=1&b=%20x&c=%27%24%28id%29%27;id"


@pytest.mark.parametrize("form", ["{}", '"{}" %s', '"{}"', "'{}'", ""])
def test_a_browser_in_a_folder_with_blanks(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "Program Files" / "Web Browser"
    folder.mkdir(parents=True)
    seen = tmp_path / "seen"
    path = program(folder, f'printf "%s" "$1" > {seen}', "browser.exe")
    monkeypatch.setenv("BROWSER", form.format(path) if form else path.replace(" ", "\\ "))
    assert open_browser("https://auth.example/authorize?a=1")
    assert seen.read_text() == "https://auth.example/authorize?a=1"


@pytest.mark.parametrize("form", ["{}", '"{}" %s', "'{}'"])
def test_a_text_browser_is_none_in_such_a_folder_either(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "My Browsers"
    folder.mkdir()
    seen = tmp_path / "seen"
    monkeypatch.setenv("BROWSER", form.format(program(folder, f": > {seen}", "lynx")))
    assert not open_browser(URL) and not seen.exists()


def test_keyracks_own_variables_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    monkeypatch.setenv("KEYRACK_VAULT_PASSPHRASE", "hidden-token")
    monkeypatch.setenv("BROWSER", program(tmp_path, f"env > {seen}"))
    assert open_browser(URL)
    assert "hidden-token" not in seen.read_text()
    assert "HOME=" in seen.read_text()


def test_a_browser_that_keeps_running_is_not_waited_for(
    tmp_path: Path, latch: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(browser, "QUICK", 0.5)
    monkeypatch.setenv("BROWSER", program(tmp_path, f"read line < {latch}"))
    assert open_browser(URL)
    latch.write_text("go\n")  # blocks until the program, still running, reads


def test_a_browser_can_not_write_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    said = tmp_path / "said"
    monkeypatch.setenv(
        "BROWSER",
        program(
            tmp_path,
            f"echo out; echo err >&2; (: > /dev/tty) 2>/dev/null && echo tty > {said}; cat > {said}.in",
        ),
    )
    assert open_browser(URL)
    assert capfd.readouterr() == ("", "")
    assert not said.exists() and Path(f"{said}.in").read_text() == ""


@pytest.mark.parametrize("command", ["{dir}/failing", "{dir}/absent", "nonsense-browser", "'", ""])
def test_no_browser_is_reported(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program(tmp_path, "exit 3", "failing")
    monkeypatch.setenv("BROWSER", command.replace("{dir}", str(tmp_path)))
    assert not open_browser(URL)


def test_the_next_of_several_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    good = program(tmp_path, f'echo "$2" > {seen}', "good")
    monkeypatch.setenv("BROWSER", f"{program(tmp_path, 'exit 1', 'bad')}{os.pathsep}{good} --new %s")
    assert open_browser("https://a.example/x")
    assert seen.read_text() == "https://a.example/x\n"


def test_without_a_display_and_without_browser_nothing_is_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert not open_browser(URL)


@pytest.mark.parametrize("name", ["w3m", "lynx", "links", "elinks", "www-browser"])
def test_a_text_browser_is_no_browser(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    path = program(tmp_path, f": > {seen}", name)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert not open_browser(URL)
    monkeypatch.setenv("BROWSER", f"{path} %s")
    assert not open_browser(URL) and not seen.exists()


@pytest.mark.checklist("security: browser")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "-new-window",
        "--help",
        " https://a.example/",
        "data:text/html,x",
        "https://a.example/\nx",
        "https://a.example/ x",
        'https://a.example/"x',
        "https://a.example/`id`",
        "",
        "https://a.example/\\x",
        "https://user:pw@a.example/",
        "https:a.example",
        "a.example",
        "https://",
        "https://a.example/#x",
        "vscode://x",
        "https://a.example/\x1b[2J",
        "https://a.example/\ud800",
        "HTTPS://-x\x00/",
        "https://a.example/\u202e",
        "https://a.example/\x9b2J",
        "https://%31%30.0.0.%31/",
        "https://$(id).example/",
        "https://a.example,-x/",
        "https://１２７.１/",
    ],
)
def test_what_is_no_web_address_is_never_opened(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    monkeypatch.setenv("BROWSER", program(tmp_path, f": > {seen}"))
    assert not open_browser(url)
    assert not seen.exists()


def test_letters_beyond_ascii_are_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    monkeypatch.setenv("BROWSER", program(tmp_path, f'echo "$1" > {seen}'))
    assert open_browser("https://bücher.example/é?x=ж")
    assert seen.read_text() == "https://xn--bcher-kva.example/%C3%A9?x=%D0%B6\n"


def test_a_module_in_the_current_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = tmp_path / "seen"
    (tmp_path / "webbrowser.py").write_text(f"open({str(seen)!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", program(tmp_path, "exit 0"))
    assert open_browser("https://a.example/")
    assert not seen.exists()
