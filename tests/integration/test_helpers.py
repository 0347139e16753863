"""keyrack as the helper of other programs: many at once, a slow issuer, and a bare environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import chaos
from support.authserver import AuthServer, Count
from support.chaos import Place, since
from support.require import need

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
SLOW = 8000  # ms; more than a helper waits


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A credential on a real keychain, for a server whose issuer rotates."""
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


def helper(place: Place, env: dict[str, str] | None = None, *before: str) -> subprocess.Popen[str]:
    """Run as Claude Code runs it, with its variables instead of an argument."""
    asked = {"CLAUDE_CODE_MCP_SERVER_NAME": "guarded", "CLAUDE_CODE_MCP_SERVER_URL": place.url}
    return subprocess.Popen(
        [*before, KEYRACK, "header", "--format", "json"],
        env=(place.env if env is None else env) | asked,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def answer(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The token in its answer, and what it said."""
    out, said = process.communicate(timeout=chaos.PATIENCE)
    assert process.returncode == 0, said
    [(name, value)] = json.loads(out).items()
    scheme, _, token = value.partition(" ")
    assert (name, scheme) == ("Authorization", "Bearer")
    return token, said


@pytest.mark.slow("fifty Pythons start")
@pytest.mark.parametrize(
    ("helpers", "seconds_left"), [(50, -60), (10, 40)], ids=["expired", "about to expire"]
)
def test_many_helpers_at_once_cause_one_refresh(place: Place, helpers: int, seconds_left: float) -> None:
    old = place.expire(seconds_left).tokens.access_token.reveal()
    before = place.authority.count()
    running = [helper(place) for _ in range(helpers)]
    tokens = {answer(process)[0] for process in running}
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)
    assert place.stored().tokens.access_token.reveal() in tokens
    assert tokens <= {old, place.stored().tokens.access_token.reveal()}
    assert seconds_left > 0 or old not in tokens


def test_a_slow_issuer_holds_nobody_up_while_the_token_is_valid(place: Place) -> None:
    old = place.expire(40).tokens.access_token.reveal()
    before = place.authority.count()
    place.authority.fault("/token", "slow", ms=SLOW)
    token, said = answer(helper(place))
    assert token == old
    assert "takes longer than 5 s and continues in the background" in said
    # Nobody waits for it, but it is finished.
    deadline = time.monotonic() + chaos.PATIENCE
    while place.stored().tokens.access_token.reveal() == old and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer(helper(place)) == (place.stored().tokens.access_token.reveal(), "")
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)


def test_the_keychain_is_found_in_a_bare_environment(place: Place) -> None:
    """As Codex runs a helper: without the bus's address and the runtime folder."""
    need("a mount namespace needs root", os.geteuid() == 0 and sys.platform == "linux")
    usual = f"/run/user/{os.getuid()}"
    bus = place.env["XDG_RUNTIME_DIR"]
    bare = {"HOME": place.env["HOME"], "PATH": place.env["PATH"], "TERM": "dumb", "USER": "root"}
    setup = f'mount -t tmpfs none /run && mkdir -p {usual} && mount --bind {bus} {usual} && exec "$@"'
    token, said = answer(helper(place, bare, "unshare", "--mount", "sh", "-c", setup, "sh"))
    assert (token, said) == (place.stored().tokens.access_token.reveal(), "")
