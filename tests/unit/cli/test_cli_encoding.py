"""Output in an encoding that lacks a character is readable, on both streams, from every verb."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from keyrack import wiring
from keyrack.cli.encoding import make_readable, readable
from keyrack.cli.output import Output
from keyrack.cli.piped import in_columns
from keyrack.domain.errors import KeyrackError
from keyrack.operations.servers.overview import overview
from support.cli_kit import FakeAdapters, linear, oauth, record, run

ESCAPE = re.compile(rb"\\[ux][0-9a-fA-F]{2}|&#\d+;|\?\?")
ENCODINGS = ("cp1252", "ascii", "latin-1", "cp437", "utf-8")
URL = "https://größe.example/mcp"


def written(text: str, encoding: str, errors: str = "strict") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors=errors)
    make_readable(stream)
    stream.write(text)
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("✓ größe", "ok grosse"),
        ("“Ærøskøbing” – naïve…", '"AEroskobing" - naive...'),
        ("Łódź → ŝi · €5", "Lodz -> si - EUR5"),
        ("e\u0301\u0327 ﬁ ① Ａ", "e fi 1 A"),
        ("● ◐ ↻ ○ ⌂ ◆ ◇ ◦ ▣ ✕ ▸ •", "* ~ @ o ^ # = o % x > *"),
        ("工具 \U0001f511", "?? ?"),
        ("\udcff", "?"),
    ],
)
def test_ascii_gets_the_nearest_there_is(text: str, shown: str) -> None:
    assert written(text, "ascii") == shown
    assert written(text, "ascii", "backslashreplace") == shown, "as Python sets it for stderr"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_the_encoding_has_is_left_alone(encoding: str) -> None:
    text = "größe ✓ “x”"
    for char, shown in zip(text, written(text, encoding), strict=False):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            break  # from here on, they need not be as many
        assert char == shown
    assert written("größe", "latin-1") == "größe"


def test_columns_are_aligned_by_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    stream.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", stream)
    adapters = FakeAdapters([linear(name="größße…"), linear(name="b")], [record(linear(), oauth())])
    assert run(["list"], adapters=adapters) == 0
    monkeypatch.undo()
    _, first, second = raw.getvalue().decode("ascii").splitlines()
    piped = [line.index("default") for line in in_columns(overview(adapters()).rows, stream)[1:]]
    assert piped[0] == piped[1]
    assert first.startswith("grosssse...") and first.index("*") == second.index("*")


def test_readable_is_what_a_stream_writes() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    assert readable("✓ größe …", stream) == "ok größe …"
    assert readable("✓ größe …", None) == "✓ größe …"


def test_a_token_is_written_as_it_is_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    out = Output()
    with pytest.raises(KeyrackError, match="encoding does not have"):
        out.value("töken")
    out.value("token")
    monkeypatch.undo()


@pytest.fixture
def strange_names(own_home: Path) -> None:
    servers = {"größe": {"type": "http", "url": URL}, "ok": {"command": "npx"}, "bad": {"url": 5}}
    (own_home / ".claude.json").write_text(json.dumps({"mcpServers": servers}))


def said_in_process(words: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """On both streams, which Python opens with these errors."""
    written = io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        for name, errors in (("stdout", "strict"), ("stderr", "backslashreplace")):
            patch.setattr(sys, name, io.TextIOWrapper(written, encoding, errors, write_through=True))
        with suppress(SystemExit):
            run(words, adapters=wiring.adapters)
        sys.stdout.detach()  # type: ignore[attr-defined]  # it would close `written`, and so would the next
        sys.stderr.detach()  # type: ignore[attr-defined]
    return written.getvalue()


VERBS = (
    ["list"], ["list", "--tsv"], ["list", "--json"], ["doctor"], ["doctor", "--repair"], ["help"],
    ["token", "größe"], ["token", "größer"], ["refresh"], ["clear", "größe", "--yes"],
    ["clear", "--stale"], ["accounts", "größe"], ["vault", "recipients"], ["login", "größe", "--“"],
    ["set", "größe"], ["login", "--help"], ["adopt", "größe"], ["check", "größe"],
)  # fmt: skip


@pytest.mark.usefixtures("strange_names")
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_every_verb_writes_what_can_be_read(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for words in VERBS:
        said = said_in_process(words, encoding, monkeypatch)
        assert said, words
        assert b"inside keyrack" not in said and b"Traceback" not in said, (words, said)
        assert not ESCAPE.search(said) or words == ["list", "--json"], (words, said)
        said.decode(encoding)


@pytest.mark.usefixtures("strange_names")
@pytest.mark.parametrize(("encoding", "shown"), [("cp1252", "größe"), ("ascii", "grosse")])
def test_the_encoding_that_python_is_told_is_the_one_that_is_written(encoding: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "keyrack", "list"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        input=b"",
        capture_output=True,
        timeout=60,
    )
    assert not ESCAPE.search(done.stdout + done.stderr)
    assert shown in done.stdout.decode(encoding)
