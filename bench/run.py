"""`make bench`: keyrack's speed as ratios to what it can't beat, all in one run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import bridging
import refreshing
import screen
import stores
from timing import medians, to_text, to_the_end

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
KEYRACK, PYTHON = str(BIN / "keyrack"), sys.executable
IMPORT_JSON = [PYTHON, "-c", "import json"]
SERVERS = 1000
URLS = [(f"server-{n:04}", f"https://server-{n:04}.example/mcp") for n in range(SERVERS)]
RUNS = int(os.environ.get("RUNS", "15"))
URL = "https://bench.example/mcp"

STORE = f"""
import os, sys, time
import keyring
from keyrack.system.paths import data_dir
from keyrack.domain.model import CredentialInfo, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.store.credential_store import keychain_credential_store
keyring.set_password("bench", "bench", "x" * 40)
end = time.time() + 86400
facts = CredentialInfo("oauth", "https://bench.example", "c", "dynamic", expires_at=end, refreshable=True)
tokens = TokenSet(Secret("x" * 40), Secret("y" * 40), expires_at=end)
credentials = keychain_credential_store(data_dir(os.environ, sys.platform), time.time)
credentials.save(StoredCredential({URL!r}, "default", facts, tokens))
"""

READ = """
import secretstorage
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
item = next(collection.search_items({"service": "bench", "username": "bench"}))
print(item.get_secret().decode())
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = configured(Path(folder) / "plain", URLS)
        first_frame(env)
        listing(env)
        prompt(Path(folder) / "fifty")
        machine(Path(folder))
        the_screen(Path(folder), env)
        bridging.compare(tell, KEYRACK, in_home(Path(folder)), RUNS)
    refreshing.in_memory(tell, RUNS)
    on_keychain()


def configured(folder: Path, urls: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A home with the servers with these (name, URL) in one program's file."""
    folder.mkdir()
    servers = {name: {"type": "http", "url": url} for name, url in urls}
    (folder / ".claude.json").write_text(json.dumps({"mcpServers": servers}))
    return in_home(folder)


def in_home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def first_frame(env: Mapping[str, str]) -> None:
    frame, full, hello = medians(
        lambda: to_text([KEYRACK], env, "keyrack"),
        lambda: to_text([KEYRACK], env, "server-0001"),
        lambda: to_text([PYTHON, str(HERE / "hello.py")], env, "hello-world"),
        runs=RUNS,
    )
    tell(f"first frame with {SERVERS} servers / hello-world in Textual", frame, hello, 1.25)
    tell(f"table of {SERVERS} servers filled / hello-world in Textual", full, hello, 1.6)


def listing(env: Mapping[str, str]) -> None:
    ours, floor = medians(
        lambda: to_the_end([KEYRACK, "list", "--json"], env),
        lambda: to_the_end(IMPORT_JSON, env),
        runs=RUNS,
    )
    tell(f"keyrack list --json of {SERVERS} servers / python -c 'import json'", ours, floor, 3.0)


def prompt(folder: Path) -> None:
    """With 50 servers. Nothing needs doing, so the exit code is 0: they send a header."""
    folder.mkdir()
    header = {"Authorization": "Bearer x"}
    servers = {name: {"type": "http", "url": url, "headers": header} for name, url in URLS[:50]}
    (folder / ".claude.json").write_text(json.dumps({"mcpServers": servers}))
    ours, floor = medians(
        lambda: to_the_end([KEYRACK, "status", "--short"], in_home(folder)),
        lambda: to_the_end([PYTHON, "-c", "import json"], in_home(folder)),
        runs=RUNS,
    )
    tell("keyrack status --short of 50 servers (goal: < 100 ms) / python -c 'import json'", ours, floor, None)


def machine(folder: Path) -> None:
    """A machine with all programs, where each holds tokens, beside the same without tokens."""
    for name in ("without", "with"):
        stores.configure(folder / name, URLS)
    stores.fill(folder / "with", URLS)
    ours, without, floor = medians(
        lambda: to_the_end([KEYRACK, "list", "--json"], in_home(folder / "with")),
        lambda: to_the_end([KEYRACK, "list", "--json"], in_home(folder / "without")),
        lambda: to_the_end(IMPORT_JSON, in_home(folder / "without")),
        runs=RUNS,
    )
    what = f"list --json of {SERVERS} servers in {stores.PROGRAMS} programs"
    tell(f"{what}, with {SERVERS} tokens of theirs / without these", ours, without, 1.3)
    tell(f"{what} / python -c 'import json'", without, floor, 3.0)
    tell(f"{what}, with {SERVERS} tokens of theirs / python -c 'import json'", ours, floor, 3.0)


def the_screen(folder: Path, many: Mapping[str, str]) -> None:
    """After `machine`, which fills a home with the tokens of other programs."""
    few = configured(folder / "few", URLS[:10])
    screen.keys(tell, [KEYRACK], many, few, RUNS)
    what = f"the screen with {SERVERS} servers and tokens of other programs, when nothing happens"
    screen.idle([KEYRACK], in_home(folder / "with"), what)
    with screen.slow_servers() as urls:
        screen.check(tell, [KEYRACK], configured(folder / "slow", urls))


def on_keychain() -> None:
    sys.path.insert(0, str(HERE.parent / "tests"))
    from support.keychain import private_keychain  # type: ignore  # found by the line above

    if not all(map(shutil.which, ("gnome-keyring-daemon", "dbus-daemon"))):
        print("the Secret Service: not measured, as gnome-keyring or dbus-daemon is not installed")
        return
    with tempfile.TemporaryDirectory() as folder, private_keychain() as keychain:
        # No pass on the PATH: its backend, which the tests install, would start it and slow keyring down.
        env = {"HOME": folder, "PATH": str(BIN), "LANG": "C.UTF-8", **keychain}
        token(env)
        os.environ.update(env)  # refreshes are measured in this process
        refreshing.on_keychain(tell, RUNS)


def token(env: Mapping[str, str]) -> None:
    """What other programs start for each connection, beside what else reads one secret."""
    subprocess.run([PYTHON, "-c", STORE], env=env, check=True)
    token, header, theirs, bare = medians(
        lambda: to_the_end([KEYRACK, "token", URL], env),
        lambda: to_the_end([KEYRACK, "header", URL, "--format", "json"], env),
        lambda: to_the_end([str(BIN / "keyring"), "get", "bench", "bench"], env),
        lambda: to_the_end([PYTHON, "-c", READ], env),
        runs=RUNS,
    )
    for verb, ours in (("token", token), ("header", header)):
        tell(f"keyrack {verb} from the Secret Service / keyring get", ours, theirs, 0.5)
        tell(f"keyrack {verb} from the Secret Service / a read by secretstorage alone", ours, bare, 1.25)


def tell(what: str, ours: float, theirs: float, goal: float | None) -> None:
    aim = f"  (goal: ≤ {goal})" if goal else ""
    print(f"{what}: {ours / theirs:.2f}  [{ours * 1e3:.3g} ms / {theirs * 1e3:.3g} ms]{aim}", flush=True)


if __name__ == "__main__":
    main()
