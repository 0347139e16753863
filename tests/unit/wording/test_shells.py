"""Lines for `eval`, read by the real shells."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from keyrack.wording.shells import setting

HOSTILE = [
    "",
    "plain-1.2_3",
    "it's; $(touch x) `touch x` ${HOME} $HOME \\ \\' \"\" !! %PATH%",
    "\\'\\\\''; touch x; '",
    "two\nlines\n",
    "\ttab and trailing space ",
    "-n",
    "*?[a]~#&|<>(){}^",
    "ünïcode “quotes” ‘single’ ‚low‛",
    "\x1b]0;title\x07",
]
EVAL = 'eval "$(cat lines)"; printenv A; printenv B'
RUNS = [
    ("sh", ["dash", "-c", EVAL]),
    ("sh", ["bash", "--norc", "-c", EVAL]),
    ("sh", ["zsh", "-f", "-c", EVAL]),
    ("sh", ["fish", "-N", "-c", "cat lines | source; printenv A; printenv B"]),
    ("fish", ["fish", "-N", "-c", "cat lines | source; printenv A; printenv B"]),
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(("shell", "command"), RUNS, ids=[f"{run[0]}-{run[1][0]}" for run in RUNS])
def test_a_shell_reads_back_the_value_and_runs_nothing(
    shell: str, command: list[str], value: str, tmp_path: os.PathLike[str]
) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    lines = f"{setting(shell, 'A', value)}\n{setting(shell, 'B', 'b')}\n"
    with open(os.path.join(tmp_path, "lines"), "w", encoding="utf-8") as file:
        file.write(lines)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == f"{value}\nb\n"
    assert "x" not in os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ('$(x) `n "', "$env:A = '$(x) `n \"';"),
        ("it's", "$env:A = 'it''s';"),
        ("‘a’ ‚b‛", "$env:A = '‘‘a’’ ‚‚b‛‛';"),
        ("two\nlines", "$env:A = 'two\nlines';"),
    ],
)
def test_powershell_doubles_each_kind_of_single_quote(value: str, line: str) -> None:
    assert setting("powershell", "A", value) == line
