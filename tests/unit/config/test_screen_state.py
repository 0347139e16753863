"""What the screen remembers, in its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.config.screen import ScreenFile
from keyrack.domain.remembered import Remembered
from keyrack.system import paths

LEFT = Remembered("nord", "expiry", True, "state", ("scopes", "checked"), "0a1b")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def file_in(env: dict[str, str]) -> Path:
    return Path(paths.screen_file(env, "linux"))


def test_what_was_saved_is_loaded(env: dict[str, str]) -> None:
    ScreenFile(env, "linux").save(LEFT)
    assert ScreenFile(env, "linux").load() == LEFT
    assert [each.name for each in file_in(env).parent.iterdir()] == ["screen.json"]  # no draft is left
    if os.name == "posix":
        assert file_in(env).stat().st_mode & 0o077 == 0


def test_at_first_nothing_is_remembered(env: dict[str, str]) -> None:
    assert ScreenFile(env, "linux").load() == Remembered()


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b" " * 100_000 + b"{}", b'{"theme": 1}'],
    ids=["empty", "cut", "a list", "null", "no text", "deep", "large", "another kind"],
)
def test_a_damaged_file_is_ignored_and_replaced(env: dict[str, str], damage: bytes) -> None:
    file_in(env).parent.mkdir(parents=True)
    file_in(env).write_bytes(damage)
    state = ScreenFile(env, "linux")
    assert state.load() == Remembered()
    state.save(LEFT)
    assert state.load() == LEFT


def test_what_is_of_the_right_kind_is_kept(env: dict[str, str]) -> None:
    file_in(env).parent.mkdir(parents=True)
    file_in(env).write_text('{"theme": "nord", "sort": 3, "descending": "yes", "hidden": ["auth", 1]}')
    assert ScreenFile(env, "linux").load() == Remembered(theme="nord", hidden=("auth",))


def test_the_last_of_two_screens_wins(env: dict[str, str]) -> None:
    first, second = ScreenFile(env, "linux"), ScreenFile(env, "linux")
    first.save(LEFT)
    second.save(LEFT._replace(theme="dracula"))
    assert first.load().theme == "dracula"


def test_a_folder_that_can_not_be_written_loses_nothing_but_the_choice(env: dict[str, str]) -> None:
    file_in(env).parent.parent.mkdir(parents=True)
    file_in(env).parent.write_text("a file where the folder should be")
    state = ScreenFile(env, "linux")
    state.save(LEFT)
    assert state.load() == Remembered()


def test_without_a_home_folder_nothing_is_remembered() -> None:
    state = ScreenFile({}, "linux")
    state.save(LEFT)
    assert state.load() == Remembered()


def test_it_is_in_the_platforms_state_folder() -> None:
    home = {"HOME": "/h", "XDG_STATE_HOME": "/s"}
    assert paths.screen_file(home, "linux") == "/s/keyrack/screen.json"
    assert paths.screen_file({"HOME": "/h"}, "linux") == "/h/.local/state/keyrack/screen.json"
    assert paths.screen_file(home, "darwin") == "/h/Library/Application Support/keyrack/screen.json"
    windows = {"LOCALAPPDATA": r"C:\L"}
    assert paths.screen_file(windows, "win32") == r"C:\L\keyrack\screen.json"
