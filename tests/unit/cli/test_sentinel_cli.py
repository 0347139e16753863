"""No command lets a secret be seen that it was not asked for: not in its output, nor anywhere on the disk.

Every secret contains a sentinel, and each command runs in a home that has one of everything. `FLOWS` has a
line for each command; add one for a new one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from keyrack import cli
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from support.canned import reply
from support.full_home import SENTINEL, FullHome, url_of
from support.sentinel import Search, found_in

Answer = Callable[[Request], Response | None]


class Flow(NamedTuple):
    words: str  # several commands with a semicolon between them
    gives: bool = False  # it was asked for, and prints it on stdout
    typed: str = ""  # on standard input
    code: int = 0


FLOWS = (
    Flow("list"),
    Flow("list --json"),
    Flow("status", code=1),
    Flow("status --json", code=1),
    Flow("check notes"),
    Flow("check sales", code=3),
    Flow("refresh issues"),
    Flow("refresh"),
    Flow("login drive --no-browser"),
    Flow("login drive --no-browser -v"),
    Flow("login crm --no-browser -v --client-id mine --client-secret-stdin", typed=f"cs-{SENTINEL}\n"),
    Flow("set own-tools --no-check", typed=f"pasted-{SENTINEL}\n"),
    Flow("set own-tools", typed=f"pasted-{SENTINEL}\n", code=1),  # the server refuses it
    Flow("import drive --from claude-code --copy"),
    Flow("import drive --from claude-code --move"),
    Flow("adopt search --dry-run"),
    Flow("adopt search --yes"),
    Flow("adopt local-db --yes"),
    Flow("connect notes --to claude-code"),
    Flow("connect notes --to claude-code --write"),
    Flow("connect mail --to codex --write"),
    Flow("login tracker --no-browser; publish tracker --to claude-code --yes"),
    Flow("connect notes --to claude-code --write; disconnect notes --from claude-code"),
    Flow("adopt search --yes; undo --yes"),
    Flow("clear drive --from claude-code --yes"),
    Flow("clear notes --account work --yes"),
    Flow("clear notes --revoke --forget --yes"),
    Flow("clear --stale --dry-run"),
    Flow("clear --stale --yes"),
    Flow("doctor", code=1),
    Flow("log"),
    Flow("log --json"),
    Flow("clients"),
    Flow("clients --json"),
    Flow("accounts notes"),
    Flow("header notes --masked"),
    Flow("vault init; vault move", typed=f"passphrase-{SENTINEL}\n"),
    Flow("add new-one https://new.example/mcp"),
    Flow("token notes", gives=True),
    Flow("token issues", gives=True),
    Flow("header notes", gives=True),
    Flow("header notes --format json", gives=True),
    Flow("env notes", gives=True),
)


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Shell:
    """Runs commands, and searches all that they leave."""

    def __init__(self, home: FullHome, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._patch, self._capsys = home, patch, capsys
        self.search = Search(home, patch)

    def run(self, flow: Flow) -> Ran:
        """One command after the other; all but the last have to succeed."""
        *before, last = flow.words.split("; ")
        for words in before:
            assert self._run(words, flow).code == 0, words
        return self._run(last, flow)

    def _run(self, words: str, flow: Flow) -> Ran:
        self._patch.setattr("sys.stdin", io.StringIO(flow.typed))
        code = cli.run(words.split(), adapters=lambda **_: self.home.adapters, screen=_no, demo=_no)
        out, err = self._capsys.readouterr()
        if not flow.gives:
            self.search.text(f"stdout of {words}", out)
        self.search.text(f"stderr of {words}", err)
        self.search.everywhere(words)
        return Ran(code, out, err)


def _no(*_: object) -> int:
    raise AssertionError("this opens no screen")


@pytest.fixture
def shell(own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(own_home)
    return Shell(FullHome(own_home, monkeypatch), monkeypatch, capsys)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.words)
def test_a_command_shows_no_secret_that_it_was_not_asked_for(flow: Flow, shell: Shell) -> None:
    ran = shell.run(flow)
    assert shell.search.found == []
    assert not flow.gives or found_in(ran.out), "it was asked for, and is not there"
    assert ran.code == flow.code, ran.err


def _secrets(request: Request) -> list[str]:
    return [each.reveal() for each in request.secrets]


def _echo(status: int) -> Answer:
    def answer(request: Request) -> Response | None:
        words = " ".join(_secrets(request))
        body = {"error": words, "address": f"https://x.example/?t={quote(words)}"}
        return reply(body, status) if words else None

    return answer


def _broken(request: Request) -> Response | None:
    secrets = _secrets(request)
    return reply(f'{{"access_token": "{SENTINEL}-x", {secrets[0]!r}'.encode()) if secrets else None


def _described(request: Request) -> Response | None:
    if not _secrets(request):
        return None
    words = " ".join(_secrets(request))
    return reply({"error": "invalid_client", "error_description": f"unknown: {words}"}, 400)


def _challenged(request: Request) -> Response | None:
    words = " ".join(_secrets(request))
    challenge = f'Bearer error="invalid_token", error_description="{words} is no good"'
    return reply({"message": words}, 401, WWW_Authenticate=challenge) if words else None


def _redirected(request: Request) -> Response | None:
    words = "&".join(_secrets(request))
    return reply(None, 302, Location=f"https://elsewhere.example/?token={words}") if words else None


ANSWERS: dict[str, Answer] = {
    "500 with the token in its body": _echo(500),
    "400 with the token in its body": _echo(400),
    "JSON that breaks off": _broken,
    "an error that describes the token": _described,
    "a challenge that repeats the token": _challenged,
    "a redirect with the token": _redirected,
}
FAILING = (
    Flow("check notes"),
    Flow("refresh issues"),
    Flow("token issues"),
    Flow("login drive --no-browser -v"),
    Flow("set own-tools", typed=f"pasted-{SENTINEL}\n"),
    Flow("import drive --from claude-code --move"),
    Flow("clear notes --revoke --forget --yes"),
)


@pytest.mark.parametrize("how", ANSWERS)
@pytest.mark.parametrize("flow", FAILING, ids=lambda flow: flow.words)
def test_nor_when_the_other_side_repeats_it(flow: Flow, how: str, shell: Shell) -> None:
    shell.home.answer = ANSWERS[how]
    shell.run(flow)
    for after in ("list --json", "status", "log"):
        shell.run(Flow(after))
    assert shell.search.found == []


@pytest.mark.parametrize("debug", ["0", "1"])
@pytest.mark.parametrize("flow", FAILING, ids=lambda flow: flow.words)
def test_nor_when_keyrack_itself_breaks_with_it_in_hand(
    flow: Flow, debug: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(request: Request) -> Response | None:
        secrets = _secrets(request)
        if secrets:
            in_hand = secrets[0]
            raise RuntimeError(f"broken with {in_hand}")
        return None

    monkeypatch.setenv("KEYRACK_DEBUG", debug)
    shell.home.answer = break_down
    shell.run(flow)
    assert shell.search.found == []


def test_the_search_finds_what_it_is_to_find(shell: Shell) -> None:
    import base64

    for shift in range(3):
        found = base64.b64encode(b"abc"[:shift] + f"access-{SENTINEL}-1".encode()).decode()
        assert found_in(f"xx{found}"), found
    assert found_in(f"│ {SENTINEL[:4]} │\n│ {SENTINEL[4:]} │") and found_in(SENTINEL.encode().hex())
    assert not found_in(json.dumps({"url": url_of("notes"), "token": repr(Secret(SENTINEL))}))
