"""Running a command in the place of the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.system.replacing import become

if sys.platform == "win32":
    pytest.skip("its processes can't be replaced", allow_module_level=True)

APP = str(Path(__file__).parents[3] / "app")
START = "from keyrack.system.replacing import become; become({command!r}, {env!r})"


def replaced(command: list[str], env: dict[str, str] | None = None) -> str:
    """What the command prints that takes the place of a Python."""
    source = START.format(command=command, env={"PATH": os.environ["PATH"], **(env or {})})
    words = [sys.executable, "-c", source]
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": APP}, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout


def test_the_command_has_the_process_id_and_exactly_these_variables() -> None:
    source = START.format(command=["sh", "-c", "echo $$; env"], env={"PATH": "/usr/bin:/bin", "A": "é\n'x"})
    with subprocess.Popen(
        [sys.executable, "-c", source], env={"PYTHONPATH": APP, "LC_ALL": "C.UTF-8"}, stdout=subprocess.PIPE
    ) as process:
        out = process.communicate(timeout=60)[0].decode()
    first, _, rest = out.partition("\n")
    assert int(first) == process.pid
    assert "A=é\n'x\n" in rest
    assert "PYTHONPATH" not in rest


def test_standard_input_and_the_exit_code_are_the_commands() -> None:
    source = START.format(command=["sh", "-c", "cat; exit 42"], env={"PATH": os.environ["PATH"]})
    done = subprocess.run(
        [sys.executable, "-c", source], env={**os.environ, "PYTHONPATH": APP}, input=b"\0in\n",
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (42, b"\0in\n")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_no_signal_is_ignored_or_blocked_that_was_not_before() -> None:
    wanted = ("SigBlk", "SigIgn")

    def signals(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith(wanted)]

    plain = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True, check=True).stdout
    assert signals(replaced(["cat", "/proc/self/status"])) == signals(plain)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")
def test_open_files_and_connections_are_not_inherited(tmp_path: Path) -> None:
    opens = f"import socket; f = open({str(tmp_path / 'lock')!r}, 'w'); s = socket.socketpair(); "
    source = opens + START.format(command=["ls", "/proc/self/fd"], env={"PATH": os.environ["PATH"]})
    words = [sys.executable, "-c", source]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": APP}, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1", "2", "3"]  # the last is of ls itself


@pytest.mark.parametrize(
    ("name", "text", "mode", "code", "said"),
    [
        ("", "", 0, 127, "was not found"),
        ("plain", "x", 0o644, 126, "Permission denied"),
        ("binary", "\x7fELF", 0o755, 126, "Exec format error"),
        ("script", "#!/no/such/interpreter\n", 0o755, 126, "its interpreter was not found"),
    ],
)
def test_what_can_not_be_run(tmp_path: Path, name: str, text: str, mode: int, code: int, said: str) -> None:
    path = tmp_path / (name or "missing")
    if name:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(KeyrackError, match=said) as raised:
        become([str(path)], {"PATH": os.environ["PATH"]})
    assert raised.value.exit_code == code
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN  # a closed pipe must not end us


def test_a_nul_byte_can_not_be_passed_on() -> None:
    with pytest.raises(KeyrackError, match="NUL"):
        become(["true", "a\0b"], {"PATH": os.environ["PATH"]})
