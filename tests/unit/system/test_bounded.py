"""Commands with a time limit."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from keyrack.system.bounded import BoundedRuns
from support.processes import until_gone

pytestmark = pytest.mark.skipif(os.name != "posix", reason="by POSIX commands")
ENV = {"PATH": os.environ["PATH"], "FACT": "a b"}


def run(runs: BoundedRuns, cwd: Path, script: str, seconds: float = 30.0) -> str:
    return runs.run(["sh", "-c", script], env=ENV, cwd=str(cwd), seconds=seconds)


def test_it_runs_in_its_folder_with_its_variables_and_without_input(tmp_path: Path) -> None:
    script = 'pwd > out; echo "$FACT" >> out; env | grep -c PYTHON >> out; cat >> out; echo end >> out'
    assert run(BoundedRuns(), tmp_path, script) == ""
    assert (tmp_path / "out").read_text() == f"{tmp_path}\na b\n0\nend\n"


def test_its_output_is_not_ours(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(BoundedRuns(), tmp_path, "echo out; echo err >&2") == ""
    assert capfd.readouterr() == ("", "")


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; open('out', 'w').write(sys.argv[1])", "$(touch x); `y` *"]
    assert BoundedRuns().run(command, env=ENV, cwd=str(tmp_path), seconds=30) == ""
    assert (tmp_path / "out").read_text() == "$(touch x); `y` *"


def test_what_went_wrong_is_a_clause(tmp_path: Path) -> None:
    runs = BoundedRuns()
    assert run(runs, tmp_path, "exit 3") == "failed with exit code 3"
    missing = runs.run([str(tmp_path / "missing")], env=ENV, cwd=str(tmp_path), seconds=1)
    assert missing == "can't be started: No such file or directory"


def test_one_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    said = run(BoundedRuns(), tmp_path, "trap '' TERM HUP; sleep 600 & echo $! > child; wait", 0.5)
    assert said == "took longer than 0.5 seconds, and was ended"
    until_gone(int((tmp_path / "child").read_text()))


def test_a_stop_ends_those_that_run_and_starts_no_more(tmp_path: Path) -> None:
    runs, said = BoundedRuns(), list[str]()
    os.mkfifo(tmp_path / "started")
    thread = threading.Thread(
        target=lambda: said.append(run(runs, tmp_path, "echo x > started; exec sleep 600", 600))
    )
    thread.start()
    (tmp_path / "started").read_text()
    runs.stop()
    thread.join(30)
    assert said == [""]
    assert run(runs, tmp_path, "touch late") == ""
    assert not (tmp_path / "late").exists()
