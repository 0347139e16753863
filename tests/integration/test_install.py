"""`make run` and `make demo` in a fresh checkout: what they print while they install.

The script is the real one; the Python that it finds is a stand-in that waits for the test.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "sed", "wc", "tr", "date", "sleep", "mktemp", "mkdir", "cp", "rm", "tail", "head", "grep",
         "env")  # fmt: skip
PYTHON = """#!/bin/sh
# Does what `steps` in the test's folder says: a file there is a step that the test has allowed.
wait_for() { while [ ! -e "$STEPS/$1" ]; do sleep 0.02; done; }
case "$*" in
  *version_info*) exit "${OLD:-0}" ;;
  *ensurepip*) exit "${NO_VENV:-0}" ;;
  "-m venv --clear "*)
    wait_for venv
    mkdir -p "$4/bin" "$4/lib/python3.11/site-packages" && cp "$0" "$4/bin/python" ;;
  *"-m pip install"*)
    echo $$ >"$STEPS/pid"
    echo "Collecting textual<9,>=8.2 (from keyrack==0.1.0)"
    echo "Processing /somewhere/httpx-0.28.1-py3-none-any.whl (from keyrack==0.1.0)"
    wait_for fetched
    mkdir .venv/lib/python3.11/site-packages/textual-8.2.0.dist-info
    wait_for installed
    [ -z "${FAILS:-}" ] || { echo "$FAILS"; exit 1; } ;;
esac
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make and sh are not there")


class Install:
    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process
        self.said: list[str] = []

    def allow(self, *steps: str) -> None:
        for step in steps:
            (self.folder / "steps" / step).touch()

    def until(self, words: str) -> None:
        """Read until a line has these words."""
        assert self.process.stderr is not None
        while not (self.said and words in self.said[-1]):
            line = self.process.stderr.readline()
            assert line, f"it ended after {self.said}"
            self.said.append(line.rstrip("\n"))

    def end(self) -> int:
        assert self.process.stderr is not None
        self.said += self.process.stderr.read().splitlines()
        return self.process.wait(60)


Start = Callable[..., Install]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(goal: str = "run", still: int = 5, **env: str) -> Install:
        script = (ROOT / "tools" / "install.sh").read_text().replace("STILL=5", f"STILL={still}")
        (tmp_path / "install.sh").write_text(script)
        (tmp_path / "steps").mkdir()
        (tmp_path / "bin").mkdir()
        python = tmp_path / "bin" / "python3"
        python.write_text(PYTHON)
        python.chmod(0o755)
        for tool in TOOLS:  # and no other Python
            (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or pytest.skip(f"{tool} is not there"))
        process = subprocess.Popen(
            ["sh", "install.sh", goal], cwd=tmp_path, text=True, stderr=subprocess.PIPE,
            env={"PATH": str(tmp_path / "bin"), "STEPS": str(tmp_path / "steps"), **env},
            start_new_session=True,
        )  # fmt: skip
        running.append(process)
        return Install(tmp_path, process)

    yield begin
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with the stand-in, which waits for a step
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@pytest.mark.parametrize("goal", ["run", "demo"])
def test_it_says_what_it_does_before_it_begins(start: Start, goal: str) -> None:
    install = start(goal)
    install.until("installing")
    assert f"make {goal}" in install.said[0] and ".venv" in install.said[0]
    install.until("making .venv with python3")  # which has not begun: the test has not allowed it


def test_each_package_is_named_as_it_comes(start: Start) -> None:
    install = start()
    install.allow("venv")
    install.until("fetching")
    assert install.said[-1].split() == ["fetching", "textual", "httpx"]
    install.allow("fetched")
    install.until("installing textual")
    install.allow("installed")
    assert install.end() == 0
    assert install.said[-1] == "keyrack: installed."
    assert all(line.isascii() and "\x1b" not in line for line in install.said)


@pytest.mark.parametrize(("steps", "words"), [((), "still making it ("), (("venv",), "still installing (")])
def test_where_nothing_comes_for_a_while_it_says_that_it_goes_on(
    start: Start, steps: tuple[str, ...], words: str
) -> None:
    install = start(still=1)
    install.allow(*steps)
    install.until(words)
    install.until(words)


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"FAILS": "ERROR: No matching distribution found for textual"}, "pip failed: ERROR: No matching"),
        ({"FAILS": "getaddrinfo failed"}, "index can't be reached"),
        ({"OLD": "1"}, "needs Python 3.11 or newer"),
        ({"NO_VENV": "1"}, "no venv module"),
    ],
)
def test_what_is_missing_is_one_line(start: Start, env: dict[str, str], words: str) -> None:
    install = start(**env)
    install.allow("venv", "fetched", "installed")
    assert install.end() == 1
    assert install.said[-1].startswith("keyrack: ") and words in install.said[-1]
    assert sum(line.startswith("keyrack: ") for line in install.said) == 2


def test_an_end_ends_pip_too(start: Start) -> None:
    install = start()
    install.allow("venv")
    install.until("fetching")
    pid = int((install.folder / "steps" / "pid").read_text())
    install.process.send_signal(signal.SIGTERM)
    assert install.end() == 130
    deadline = time.monotonic() + 20
    while _is_alive(pid):
        assert time.monotonic() < deadline, "pip goes on"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
