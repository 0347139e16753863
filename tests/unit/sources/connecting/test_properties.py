"""Connecting changes one entry, whatever is around it, and is reversed exactly."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.domain.change import Backup, Edit
from keyrack.domain.connection import Method, Wanted
from keyrack.domain.model import Server, Source
from keyrack.sources.connecting.connector import EntryFiles
from keyrack.sources.locations import Search
from keyrack.sources.parsing import jsonc
from keyrack.sources.sharing.reverting import revert_all
from support.no_keychain import NoKeychain

URL = "https://mcp.example.com/mcp"
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name not in ("lab", "mcpServers"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
STYLES = st.sampled_from(
    [{"indent": 2}, {"separators": (",", ":")}, {"indent": "\t"}, {}, {"ensure_ascii": False}]
)
COMMENTS = st.sampled_from(["// one\n", "/* two, { \n */", '\n\n// "three": [\n', ""])


class _Machine:
    def __init__(self, folder: str) -> None:
        self.file = Path(folder) / ".cursor" / "mcp.json"
        self.file.parent.mkdir()
        self.search = Search({"HOME": folder}, "linux", f"{folder}/project")

    def connect(self, sources: tuple[Source, ...]) -> tuple[Edit, ...]:
        entries = EntryFiles(self.search, lambda: 1.0)
        server = Server("lab", URL, sources=sources)
        plan = entries.plan(Wanted(server, "Cursor", "lab", method=Method.BRIDGE))
        kept: list[tuple[Edit, ...]] = []
        entries.make(plan, "", kept.append)
        return kept[-1]

    def undo(self, edits: tuple[Edit, ...]) -> None:
        done = revert_all(self.search, Backup(0.0, "", "Cursor", "lab", URL, edits), NoKeychain())
        assert [ok for _, _, ok in done] == [True]

    def data(self) -> Any:
        return jsonc.parse(self.file.read_text(), comments=True, commas=True).data


def _written(data: Any, style: dict[str, Any], comments: list[str], comma: bool) -> str:
    """With comments before some of the members, and a comma after the last one."""
    text = json.dumps(data, **style)
    if not comments:
        return text
    for at, comment in enumerate(comments):
        place = text.find('"lab"' if at % 2 else '"mcpServers"')
        if place > 0:
            text = f"{text[:place]}{comment}{text[place:]}"
    return f"{text[:-1]},}}" if comma else text


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(NAMES, VALUES, max_size=3),
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=2), max_size=3),
    st.booleans(),
    STYLES,
    st.lists(COMMENTS, max_size=3),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_everything_else_stays_and_undo_brings_every_byte_back(
    around: dict[str, Any],
    others: dict[str, Any],
    is_there: bool,
    style: dict[str, Any],
    comments: list[str],
    comma: bool,
    newline: str,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mine = _Machine(folder)
        table = {**others, **({"lab": {"url": URL, "timeout": 30}} if is_there else {})}
        text = _written({**around, "mcpServers": table}, style, comments, comma).replace("\n", newline)
        mine.file.write_bytes(text.encode())
        sources = (Source("Cursor", str(mine.file), "lab", "user"),) if is_there else ()
        before = mine.data()
        edits = mine.connect(sources)
        after = mine.data()
        entry = after["mcpServers"].pop("lab")
        assert entry["args"] == ["bridge", "lab"] and entry.get("timeout") == (30 if is_there else None)
        before["mcpServers"].pop("lab", None)
        assert after == before
        now = mine.file.read_bytes().decode()
        for comment in (each.strip().replace("\n", newline) for each in comments):
            assert comment in now or comment not in text
        mine.undo(edits)
        assert mine.file.read_bytes() == text.encode()
