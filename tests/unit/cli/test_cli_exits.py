"""How a run ends after an unexpected error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli_kit import FakeAdapters, linear, run

KEYRACK = [sys.executable, "-m", "keyrack"]
Capture = pytest.CaptureFixture[str]


def failing(error: BaseException) -> Callable[..., object]:
    def adapters(**_: object) -> object:
        raise error

    return adapters


def test_an_internal_error_is_one_line_without_a_value(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEYRACK_DEBUG", raising=False)
    assert run(["list"], adapters=failing(RuntimeError("tok-1"))) == 1  # type: ignore[arg-type]
    out, err = capsys.readouterr()
    assert out == "" and "tok-1" not in err
    assert err.startswith("keyrack: something went wrong inside keyrack (RuntimeError at cli/dispatch.py:")
    assert "Traceback" not in err and len(err.splitlines()) == 2


@pytest.mark.parametrize("file", ["/src/keyrack/tests/kit.py", "/venv/keyrack/lib/keyrack/plugin.py"])
def test_an_internal_error_is_placed_in_keyrack_s_own_package(capsys: Capture, file: str) -> None:
    code = compile("def adapters(**_): raise RuntimeError", file, "exec")  # not ours, whatever its folder
    names: dict[str, Callable[..., object]] = {}
    exec(code, names)
    run(["list"], adapters=names["adapters"])
    assert "(RuntimeError at cli/dispatch.py:" in capsys.readouterr().err


def test_debug_shows_frames_and_still_no_value(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYRACK_DEBUG", "1")
    assert run(["list"], adapters=failing(RuntimeError("tok-" + "1"))) == 1  # type: ignore[arg-type]
    err = capsys.readouterr().err
    assert "dispatch.py" in err and err.endswith("RuntimeError\n") and "tok-1" not in err


def test_ctrl_c_exits_with_130(capsys: Capture) -> None:
    assert run(["list"], adapters=failing(KeyboardInterrupt())) == 130  # type: ignore[arg-type]
    assert capsys.readouterr().err == "keyrack: stopped.\n"


def test_a_reader_that_goes_away_is_no_error_message() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as stdout:
        done = subprocess.run(
            [*KEYRACK, "help"], stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_and_is_no_success() -> None:
    with open("/dev/full", "wb") as stdout:
        done = subprocess.run(
            [*KEYRACK, "help"], stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("keyrack: The output can't be written")
    assert done.stderr.count(b"\n") == 1


def test_without_standard_output_it_fails_with_a_sentence(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert run(["list"], adapters=FakeAdapters([linear()])) == 1
    assert capsys.readouterr().err == "keyrack: There is no standard output to write to.\n"
