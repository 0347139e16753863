"""`keyrack watch` as a process, with a real keychain, a real issuer and a real hook."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import chaos
from support.authserver import AuthServer, Count
from support.chaos import PATIENCE, Place, since

# It looks at the files when it has something to do, or when it is told.
WATCH = """
from keyrack.__main__ import main
from keyrack.operations.watch import watcher
watcher.TICK = 100_000.0
raise SystemExit(main())
"""
KEYRACK = str(Path(sys.executable).with_name("keyrack"))
# A hook that uses keyrack itself, even for what it is called for, and hands its facts to the test.
HOOK = """\
#!/bin/sh
echo "$KEYRACK_EVENT" >> "$HOME/runs"
{ env | grep ^KEYRACK_ ; pwd; echo "token $(keyrack token guarded | cut -c1-2)"; } > "$HOME/facts.new"
keyrack refresh guarded > /dev/null 2>&1
mv "$HOME/facts.new" "$HOME/facts.$KEYRACK_EVENT"
"""


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


def until(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def line(process: subprocess.Popen[str]) -> str:
    """The next line that it tells."""
    assert process.stderr is not None
    assert select.select([process.stderr], [], [], PATIENCE)[0]
    return process.stderr.readline()


def test_what_is_due_is_refreshed_published_and_told(place: Place) -> None:
    home = Path(place.env["HOME"])
    hook = home / "hook"
    hook.write_text(HOOK)
    hook.chmod(0o700)
    config = home / ".config/keyrack/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.write_text(f'[servers.guarded]\nurl = "{place.url}"\n\n[hooks]\non_refreshed = ["~/hook"]\n')
    config.chmod(0o600)
    old = place.expire(seconds_left=4)
    before = place.authority.count()
    env = {**place.env, "PATH": f"{Path(KEYRACK).parent}{os.pathsep}{os.environ['PATH']}"}
    watch = subprocess.Popen(
        [sys.executable, "-c", WATCH, "watch"],
        env=env, cwd=home, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        facts = home / "facts.refreshed"
        until(facts.exists, watch)
        new = place.stored()
        assert new.tokens.access_token != old.tokens.access_token
        assert place.lives(new)
        assert since(place, before) == Count(asked=2, renewed=2, refused=0, revoked=0, answered=2)

        told = facts.read_text()
        assert f"KEYRACK_URL={place.url}\n" in told
        assert "KEYRACK_SERVER=guarded\n" in told
        assert re.search(rf"\n{home}\ntoken \S\S\n", told)
        secrets = [old.tokens.access_token, new.tokens.access_token, new.tokens.refresh_token]
        assert not any(secret and secret.reveal() in told for secret in secrets)

        assert line(watch).startswith("keyrack: guarded: refreshed; good for ")

        again = subprocess.run([KEYRACK, "watch"], env=env, capture_output=True, text=True, check=False)
        assert (again.returncode, again.stderr.splitlines()[0]) == (
            1, "keyrack: keyrack watch is already running for this data folder.",
        )  # fmt: skip

        facts.unlink()
        place.expire()
        config.write_text(f'{config.read_text()}\n[publish]\n"{place.url}" = "mcp"\n')
        watch.send_signal(signal.SIGHUP)
        until(facts.exists, watch)
        published = json.loads((home / ".config/mcp/auth.json").read_text())
        assert place.stored().tokens.access_token.reveal() in str(published)
        assert line(watch).startswith("keyrack: guarded: refreshed; good for ")

        watch.send_signal(signal.SIGTERM)
        assert watch.wait(PATIENCE) == 0
    finally:
        watch.kill()
        _, rest = watch.communicate()
    assert rest == ""
    assert (home / "runs").read_text() == "refreshed\n" * 2  # its own refreshes did not run it


def test_a_signal_waits_for_a_refresh_in_progress(place: Place) -> None:
    home = Path(place.env["HOME"])
    config = home / ".config/keyrack/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.write_text(f'notifications = false\n[servers.guarded]\nurl = "{place.url}"\n')
    old = place.expire()
    place.authority.fault("/token", "slow", ms=3000)
    before = place.authority.count()
    watch = subprocess.Popen([KEYRACK, "watch"], env=place.env, cwd=home, stdin=subprocess.DEVNULL, text=True)
    try:
        until(lambda: since(place, before).asked == 1, watch)
        watch.send_signal(signal.SIGINT)
        assert watch.wait(PATIENCE) == 130
    finally:
        watch.kill()
    new = place.stored()
    assert new.tokens.refresh_token != old.tokens.refresh_token
    assert place.lives(new)
