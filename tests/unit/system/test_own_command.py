"""By which command other programs run keyrack, and what is not written into their files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.system.own_command import is_passing, own_command, own_path

PASSING = (
    ".cache/uv/archive-v0/Xy12/bin",
    "own-cache/archive-v0/Xy12/bin",  # UV_CACHE_DIR
    ".cache/uv/environments-v2/report-0f1e/bin",
    ".cache/uv/builds-v0/.tmpA1/bin",
    ".cache/pipx/5d3c/bin",
    ".local/pipx/.cache/5d3c/bin",
    "Library/Caches/pipx/5d3c/bin",
)


def installed(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / ("keyrack.exe" if os.name == "nt" else "keyrack")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def runs(monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))


@pytest.mark.parametrize("place", PASSING)
def test_the_environment_of_one_run_is_not_referred_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    program = installed(tmp_path / place)
    runs(monkeypatch, program)
    env = {"PATH": str(program.parent)}
    for command in (own_path, own_command):
        with pytest.raises(KeyrackError) as caught:
            command(env)
        assert "Install it first" in caught.value.hint


@pytest.mark.parametrize("place", PASSING)
def test_an_installed_keyrack_is_taken_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    program, other = installed(tmp_path / place), installed(tmp_path / ".local" / "bin")
    runs(monkeypatch, program)
    env = {"PATH": os.pathsep.join((str(program.parent), str(other.parent)))}
    assert own_path(env) == str(other) and own_command(env) == (str(other),)


@pytest.mark.parametrize("place", [
    ".local/share/uv/tools/keyrack/bin", ".local/share/pipx/venvs/keyrack/bin", "work/.venv/bin",
    ".cache/pypoetry/virtualenvs/shop-py3.12/bin",
])  # fmt: skip
def test_an_environment_that_stays_is_referred_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    program = installed(tmp_path / place)
    runs(monkeypatch, program)
    env = {"PATH": str(installed(tmp_path / "other").parent)}
    assert own_path(env) == str(program) and not is_passing(str(program))
    assert own_command(env) == (sys.executable, "-P", "-m", "keyrack")
