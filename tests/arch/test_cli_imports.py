"""What commands that must start fast do not import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.cli.verbs import VERBS, module_of

HEAVY = ("httpx", "keyring", "pyrage", "textual", "rich", "asyncio", "dataclasses", "inspect", "tomllib",
         "tomlkit", "yaml", "wcwidth", "argparse", "importlib.metadata", "difflib", "textwrap", "traceback",
         "threading")  # fmt: skip

SCRIPT = f"""
import sys
before = set(sys.modules)
from keyrack.cli import run
from keyrack.domain.reading import Reading
from keyrack.operations.ports import Adapters, NoOtherPrograms
from keyrack.services.known import KnownServices

class CredentialStore:
    warnings = ()

    def records(self):
        return {{}}

def adapters(*, config_files, ask):
    nothing = dict.fromkeys(Adapters._fields)
    reading = Reading((), (), ())
    return Adapters(**nothing)._replace(read=lambda: reading, credentials=CredentialStore, now=lambda: 0.0,
        services=KnownServices,
        other_programs=NoOtherPrograms,
        on_wait=lambda tell: None)

assert run(["list", "--json"], adapters=adapters, screen=None, demo=None) == 0
import keyrack.cli.token
print(*sorted(set({HEAVY!r}) & (set(sys.modules) - before)))
"""


def test_listing_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n\n"


# What a command's path had once, and need not have: each module costs a start 0.2 ms, with an enum 0.5 ms.
UNUSED = {
    "--version": ("keyrack.cli.context", "keyrack.domain.secret", "keyrack.wording"),
    "--help": ("keyrack.version", "keyrack.wording.tones", "keyrack.wording.signs"),
    "list --json": (
        "keyrack.version",
        "keyrack.wording.tones",
        "keyrack.domain.version",
        "keyrack.store.backends.keyring_choice",
        "keyrack.store.backends.memory",
        "keyrack.system.atomic",
    ),
}

COMMAND = """
import sys
from keyrack.__main__ import main
assert main() == 0
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("words", UNUSED)
def test_a_command_imports_only_what_it_uses(words: str, tmp_path: Path) -> None:
    entry = {"type": "http", "url": "https://server.example/mcp"}
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"server": entry}}))
    env = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words.split()],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert set(UNUSED[words]) & set(done.stderr.split()) == set()
    if words == "list --json":
        assert '"server"' in done.stdout


def test_a_token_of_a_server_that_is_not_published_pays_nothing_for_publishing(tmp_path: Path) -> None:
    (tmp_path / ".cursor").mkdir()
    header = {"Authorization": "Bearer literal"}
    entry = {"url": "https://server.example/mcp", "headers": header}
    (tmp_path / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": {"server": entry}}))
    env = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "token", "server"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "literal\n"
    found = [name for name in done.stderr.split() if ".sharing" in name or ".tokens.programs" in name]
    assert found == []


def test_the_manual_imports_no_verb(tmp_path: Path) -> None:
    verbs = {f"keyrack.cli.{name}" for name in VERBS} - {"keyrack.cli.help"}
    assert imported("--help", tmp_path) & verbs == set()


def test_python_has_nothing_to_search_for_garbage_when_a_command_ends(tmp_path: Path) -> None:
    script = (
        "import gc; from keyrack.__main__ import main; main(); print(gc.isenabled(), len(gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--version"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    enabled, objects = done.stdout.split()[-2:]
    assert enabled == "False"
    assert int(objects) < 100


def test_no_verb_pays_for_a_named_tuple_of_its_arguments() -> None:
    assert [name for name in VERBS if issubclass(module_of(name).VERB.takes, tuple)] == []


SECRET = """
import sys
from secretstorage.dhcrypto import Session
from keyrack.store.backends import secret_service
from keyrack.store.backends.secret_service_session import opened_secret
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

session, key, start = Session(), b"k" * 16, b"i" * 16
session.aes_key = key
sealing = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
value = sealing.update(b"secret" + bytes([10]) * 10) + sealing.finalize()
assert opened_secret(session, ("/session", start, value, "text/plain")) == b"secret"
print(*sys.modules)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is on Linux")
def test_a_secret_is_read_without_a_backend_of_cryptography() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SECRET], capture_output=True, text=True, timeout=60, check=True
    )
    found = [name for name in done.stdout.split() if name.startswith("cryptography.hazmat.backends.openssl")]
    assert found == []
    assert "keyring" not in done.stdout.split()


PATTERNS = """
import re, sys
seen, compile = set(), re.compile

def watched(pattern, flags=0):
    seen.add(sys._getframe(1).f_globals["__name__"])
    return compile(pattern, flags)

re.compile = watched
from keyrack.__main__ import main
assert main() == 0
print(*seen, file=sys.stderr)
"""


def test_the_list_compiles_only_the_patterns_that_each_server_needs(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(
        json.dumps({"mcpServers": {"s": {"url": "https://s.example/mcp"}}})
    )
    done = subprocess.run(
        [sys.executable, "-c", PATTERNS, "list", "--json"],
        env={"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert {name for name in done.stderr.split() if name.startswith("keyrack")} == {
        "keyrack.domain.address_key",
        "keyrack.domain.resource",
        "keyrack.sources.parsing.json_parts",
        "keyrack.sources.parsing.jsonc",
        "keyrack.wording.commands",
    }


def imported(words: str, home: Path) -> set[str]:
    """What a command has imported at its end, for one server with a header of its own."""
    entry = {"type": "http", "url": "https://s.example/mcp", "headers": {"Authorization": "Bearer x"}}
    (home / ".claude.json").write_text(json.dumps({"mcpServers": {"server": entry}}))
    (home / ".codex").mkdir(exist_ok=True)
    (home / ".codex/.credentials.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words.split()],
        env={"HOME": str(home), "USERPROFILE": str(home), "PATH": os.environ["PATH"]},
        cwd=home, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(done.stderr.split())


# Of the log, a hand-out needs what adds a line, and of accounts by folder, what chooses one.
NOT_FOR_A_HAND_OUT = (
    "keyrack.domain.consent",
    "keyrack.domain.hooks",
    "keyrack.operations.histories",
    "keyrack.store.consent",
    "keyrack.store.told",
    "keyrack.system.desktop",
    "keyrack.watching",
    "keyrack.wording.events",
    "keyrack.wording.history",
)


@pytest.mark.parametrize("words", ["token server", "header server"])
def test_a_hand_out_is_logged_without_what_reads_the_log_or_asks(words: str, tmp_path: Path) -> None:
    config = tmp_path / ".config/keyrack/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[[folders]]\npath = "~/office/**"\naccount = "work"\n')
    found = imported(words, tmp_path)
    assert {"keyrack.store.event_log", "keyrack.system.caller"} <= found
    assert found & set(NOT_FOR_A_HAND_OUT) == set()
    assert [name for name in found if name.startswith(("keyrack.operations.watch", "keyrack.tui"))] == []


@pytest.mark.parametrize("words", ["token server", "header server"])
def test_a_token_costs_nothing_for_what_other_programs_hold(words: str, tmp_path: Path) -> None:
    found = imported(words, tmp_path)
    assert [name for name in found if name.startswith("keyrack.sources.tokens")] == []


def test_the_list_loads_no_openssl_for_the_digests_of_urls(tmp_path: Path) -> None:
    tokens = tmp_path / ".mcp-auth/mcp-remote-v1/d41d8cd98f00b204e9800998ecf8427e_tokens.json"
    tokens.parent.mkdir(parents=True)
    tokens.write_text(json.dumps({"access_token": "x"}))
    found = imported("list --json", tmp_path)
    assert "keyrack.domain.digests" in found
    assert found & {"hashlib", "_hashlib"} == set()


def test_the_list_imports_only_the_programs_that_have_a_token_file(tmp_path: Path) -> None:
    package = "keyrack.sources.tokens.programs."
    found = imported("list --json", tmp_path)
    assert [name for name in found if name.startswith(package)] == [f"{package}codex"]
    assert found & {"hashlib", "urllib.parse", "tomllib"} == set()


def test_the_line_for_a_prompt_reads_records_and_files_alone(tmp_path: Path) -> None:
    found = imported("status --short", tmp_path)
    assert found & set(HEAVY) <= imported("list --json", tmp_path)
    assert (
        found & {"keyrack.store.program_items", "keyrack.cli.status_table", "jeepney", "secretstorage"}
        == set()
    )
