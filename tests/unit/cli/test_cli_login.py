"""`keyrack login`: the printed steps, pasting, and ctrl+c."""

from __future__ import annotations

import _thread
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from keyrack.domain.errors import Cancelled, KeyrackError, StoreAbsent
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.login.remote import over_ssh, ssh_line
from support.cli_kit import FakeAdapters, linear, oauth, run

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
SIGN_IN = SignIn(
    "https://auth.linear.app/authorize?state=s",
    "https://auth.linear.app",
    "http://127.0.0.1:8085/callback",
    Secret("s"),
)
SSH = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")


@pytest.fixture(autouse=True)
def no_ssh(monkeypatch: Patch) -> None:
    for name in (*SSH, "KEYRACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def hang_up_is_harmless() -> Iterator[None]:
    """A test closes its terminal, and must not end with it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    for thread in threading.enumerate():
        if thread.name == "lines":
            thread.join(30)
    signal.signal(signal.SIGHUP, before)


def log_in_at(monkeypatch: Patch, near: int, far: int) -> None:
    """Log in at a terminal whose two ends these are."""
    with os.fdopen(near, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
        os.close(far)


def login_is(monkeypatch: Patch, body: Callable[..., Any]) -> list[tuple[Server, LoginOptions]]:
    """Put `body(tell, control)` in the operation's place."""
    calls: list[tuple[Server, LoginOptions]] = []

    def login(
        adapters: Any, server: Server, options: LoginOptions, *, control: Any, on_event: Any
    ) -> CredentialInfo:
        calls.append((server, options))
        return body(on_event, control) or oauth()

    monkeypatch.setattr("keyrack.operations.login.login.login", login)
    return calls


def walk(tell: Any, control: Any) -> None:
    tell(Step("probe", "The server requires authorization", "running"))
    tell(Step("probe", "The server requires authorization", "done", seconds=0.21))
    tell(Step("discover", "Found authorization server", "done", "auth\x1b.linear.app", 0.34))
    tell(Step("sign-in", "Waiting for you in the browser…", "running"))
    tell(SIGN_IN)


STEPS = (
    "✓ The server requires authorization  0.2 s\n"
    "✓ Found authorization server  auth.linear.app  0.3 s\n"
    "▸ Waiting for you in the browser…\n"
    "  Sign-in page: https://auth.linear.app   Returns to: http://127.0.0.1:8085/callback\n"
    "  https://auth.linear.app/authorize?state=s\n"
    "  Does the page refuse 127.0.0.1? Log in with --redirect-host localhost.\n"
)


def test_the_steps_and_the_address_are_told_on_stderr(monkeypatch: Patch, capsys: Capture) -> None:
    login_is(monkeypatch, walk)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
    assert capsys.readouterr() == ("", STEPS + "✓ Logged in to linear; good for 52 min.\n")


def test_an_answer_that_is_not_this_login_s_is_told_with_its_words_made_harmless(
    monkeypatch: Patch, capsys: Capture
) -> None:
    def strays(tell: Any, control: Any) -> None:
        tell(SIGN_IN)
        tell(Step("stray", "Received a response without a state", "failed", "no\x1b[2J\nscope"))

    login_is(monkeypatch, strays)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
    assert "\n✕ Received a response without a state  no[2J scope\n" in capsys.readouterr().err


def test_verbose_tells_each_begin_and_what_was_stored(monkeypatch: Patch, capsys: Capture) -> None:
    login_is(monkeypatch, walk)
    assert run(["login", "-v", "linear"], adapters=FakeAdapters([linear()])) == 0
    err = capsys.readouterr().err
    assert err.startswith("▸ The server requires authorization\n✓ The server requires authorization  0.2 s\n")
    assert err.endswith(
        "  Issuer   https://auth.linear.app\n  Client   client-1 (dynamic)\n  Scopes   read write\n"
        "  Refresh  yes\n  Stored   Secret Service\n"
    )


def test_over_ssh_the_way_back_is_shown(monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 5555 192.0.2.9 22")
    monkeypatch.setenv("USER", "ada")
    login_is(monkeypatch, walk)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
    assert "    ssh -N -L 8085:127.0.0.1:8085 ada@192.0.2.9\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"SSH_CONNECTION": "1.2.3.4 1 2001:db8::1 2222"}, "ssh -N -L 80:127.0.0.1:80 -p 2222 2001:db8::1"),
        ({"SSH_TTY": "/dev/pts/1", "LOGNAME": "ada"}, "ssh -N -L 80:127.0.0.1:80 ada@HOST"),
        ({"SSH_TTY": "x", "USER": "a; rm b"}, "ssh -N -L 80:127.0.0.1:80 'a; rm b@HOST'"),
    ],
)
def test_the_ssh_line(env: dict[str, str], line: str) -> None:
    assert over_ssh(env)
    assert ssh_line(env, 80) == line


def test_no_ssh_without_its_variables() -> None:
    assert not over_ssh({"USER": "ada", "SSH_AUTH_SOCK": "/x"})


def test_every_option_reaches_the_login(monkeypatch: Patch) -> None:
    calls = login_is(monkeypatch, lambda tell, control: None)
    monkeypatch.setenv("KEYRACK_CLIENT_SECRET", "from-env")
    words = ["login", "linear", "--scope", "read write", "--scope=admin read", "--client-id", "app",
             "--client-metadata-url", "https://c.example/id.json", "--callback-port", "8090",
             "--no-browser", "--account", "work"]  # fmt: skip
    assert run(words, adapters=FakeAdapters([linear()])) == 0
    server, options = calls[0]
    assert server.account == "work"
    assert options == LoginOptions(
        ("read", "write", "admin"),
        "app",
        Secret("from-env"),
        client_metadata_url="https://c.example/id.json",
        callback_port=8090,
        open_browser=False,
        device=True,
    )


def test_scopes_are_taken_away_by_name_or_all_at_once(monkeypatch: Patch) -> None:
    calls = login_is(monkeypatch, lambda tell, control: None)
    words = ["login", "linear", "--drop-scope", "write admin", "--drop-scope=write", "--scope", "read"]
    assert run(words, adapters=FakeAdapters([linear()])) == 0
    assert run(["login", "linear", "--reset-scopes"], adapters=FakeAdapters([linear()])) == 0
    (_, first), (_, second) = calls
    assert (first.scopes, first.drop_scopes, first.reset_scopes) == (("read",), ("write", "admin"), False)
    assert (second.scopes, second.drop_scopes, second.reset_scopes) == ((), (), True)


@pytest.mark.parametrize("words", [["--drop-scope", "a b"], ["--drop-scope", ""], ["--drop-scope", 'x"']])
def test_what_is_asked_for_can_not_be_dropped_and_scopes_are_words(words: list[str], capsys: Capture) -> None:
    assert run(["login", "linear", "--scope", "b", *words], adapters=FakeAdapters([linear()])) == 2
    err = capsys.readouterr().err
    assert (
        "The scope b can't be in both --scope and --drop-scope." in err
        or "must be scopes in plain ASCII" in err
    )


def test_the_client_secret_of_standard_input_goes_before_the_environment(monkeypatch: Patch) -> None:
    calls = login_is(monkeypatch, lambda tell, control: None)
    monkeypatch.setenv("KEYRACK_CLIENT_SECRET", "from-env")
    monkeypatch.setattr(sys, "stdin", io.StringIO("from-pipe\n"))
    words = ["login", "linear", "--client-id", "app", "--client-secret-stdin"]
    assert run(words, adapters=FakeAdapters([linear()])) == 0
    assert calls[0][1].client_secret == Secret("from-pipe")


def test_the_environment_s_secret_is_for_the_client_named_alone(monkeypatch: Patch) -> None:
    calls = login_is(monkeypatch, lambda tell, control: None)
    monkeypatch.setenv("KEYRACK_CLIENT_SECRET", "from-env")
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
    assert calls[0][1].client_secret is None


def test_a_secret_without_its_client_makes_no_sense(capsys: Capture) -> None:
    assert run(["login", "linear", "--client-secret-stdin"], adapters=FakeAdapters([linear()])) == 2
    assert "needs --client-id" in capsys.readouterr().err


def test_a_failure_is_shown_on_its_step_and_as_an_error(monkeypatch: Patch, capsys: Capture) -> None:
    def fail(tell: Any, control: Any) -> None:
        tell(Step("register", "Register this app", "failed", "HTTP 403", 0.1))
        raise KeyrackError("The server registers no clients.", hint="Give one with --client-id.")

    login_is(monkeypatch, fail)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 1
    assert capsys.readouterr().err == (
        "✕ Register this app  HTTP 403  0.1 s\n"
        "keyrack: The server registers no clients.\n  Give one with --client-id.\n"
    )


def test_without_a_keychain_it_says_where_a_login_can_be_kept(monkeypatch: Patch, capsys: Capture) -> None:
    def fail(tell: Any, control: Any) -> None:
        raise StoreAbsent("This machine has no keychain.")

    login_is(monkeypatch, fail)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 5
    assert capsys.readouterr().err == (
        "keyrack: This machine has no keychain.\n"
        "  To keep the login in memory until keyrack exits, log in from the terminal UI: run keyrack.\n"
    )


def test_ctrl_c_cancels_and_waits_until_all_is_as_it_was(monkeypatch: Patch, capsys: Capture) -> None:
    undone = threading.Event()

    def interrupted(tell: Any, control: Any) -> None:
        _thread.interrupt_main()
        assert control.cancelled.wait(30)
        undone.set()
        raise Cancelled("stopped")

    login_is(monkeypatch, interrupted)
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 130
    assert undone.is_set()
    assert capsys.readouterr().err == "keyrack: Stopped. Nothing was changed.\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
@pytest.mark.usefixtures("hang_up_is_harmless")
def test_a_pasted_address_is_taken_from_the_terminal_and_a_wrong_one_told(
    monkeypatch: Patch, capsys: Capture
) -> None:
    far, near = os.openpty()
    taken: list[str] = []
    done = threading.Event()

    class Control:
        def paste(self, text: str) -> str | None:
            if "code=" not in text:
                return "That address contains no code."
            taken.append(text)
            done.set()
            return None

        def cancel(self) -> None:
            done.set()

    def wait(tell: Any, control: Any) -> None:
        tell(SIGN_IN)
        os.write(far, b"http://wrong/\n\nhttp://127.0.0.1:8085/callback?code=c\n")
        assert done.wait(30)

    monkeypatch.setattr("keyrack.operations.login.control.LoginControl", Control)
    login_is(monkeypatch, wait)
    log_in_at(monkeypatch, near, far)
    err = capsys.readouterr().err
    assert taken == ["http://127.0.0.1:8085/callback?code=c"]
    assert "Or paste the address" in err and "  That address contains no code.\n" in err


@pytest.mark.parametrize(
    ("earlier_client", "host", "told"),
    [
        (
            "old",
            "localhost",
            ["Does the page not know this app? Log in again, and keyrack registers it again."],
        ),
        ("", "localhost", []),
        ("", "127.0.0.1", ["Does the page refuse 127.0.0.1? Log in with --redirect-host localhost."]),
    ],
)
def test_without_a_terminal_it_says_what_to_do_about_a_page_that_is_stuck(
    earlier_client: str, host: str, told: list[str], monkeypatch: Patch, capsys: Capture
) -> None:
    sign_in = SIGN_IN._replace(earlier_client=earlier_client, redirect_uri=f"http://{host}:8085/callback")
    login_is(monkeypatch, lambda tell, control: tell(sign_in))
    assert run(["login", "linear"], adapters=FakeAdapters([linear()])) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in lines if "Does the page" in line] == told


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
@pytest.mark.usefixtures("hang_up_is_harmless")
def test_a_word_typed_at_the_terminal_begins_the_register_again(monkeypatch: Patch, capsys: Capture) -> None:
    far, near = os.openpty()
    done = threading.Event()

    class Control:
        asked: ClassVar[list[str]] = []

        def register_again(self) -> bool:
            self.asked.append("register")
            return len(self.asked) == 1

        def use_localhost(self) -> bool:
            self.asked.append("localhost")
            done.set()
            return True

        def paste(self, text: str) -> str | None:
            return f"{text} is neither"

        def cancel(self) -> None:
            done.set()

    def wait(tell: Any, control: Any) -> None:
        tell(SIGN_IN._replace(earlier_client="old"))
        os.write(far, b"register\nregister\nlocalhost\n")
        assert done.wait(30)

    monkeypatch.setattr("keyrack.operations.login.control.LoginControl", Control)
    login_is(monkeypatch, wait)
    log_in_at(monkeypatch, near, far)
    err = capsys.readouterr().err
    assert Control.asked == ["register", "register", "localhost"]
    assert "Type register to register it again." in err
    assert "Type localhost, or log in with --redirect-host localhost." in err
    assert err.count("is neither") == 1  # the second one was of no use any more


TESTS = str(Path(__file__).parents[2])
END_WHILE_READING = """
import sys
sys.path[:0] = sys.argv[1:3]
import keyrack.operations.login.login as operation
from support.cli_kit import FakeAdapters, linear, oauth, run
from test_cli_login import SIGN_IN

def login(adapters, server, options, *, control, on_event):
    on_event(SIGN_IN)
    return oauth()

operation.login = login
sys.exit(run(["login", "linear"], adapters=FakeAdapters([linear()])))
"""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_the_wait_for_a_paste_does_not_hold_up_the_end() -> None:
    far, near = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", END_WHILE_READING, os.path.dirname(__file__), TESTS],
            stdin=near, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(far)
        os.close(near)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("✓ Logged in to linear; good for 52 min.\n")
