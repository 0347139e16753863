"""A change to one row leaves every other byte, whatever is around it, and is reversed exactly."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.domain.change import Backup, Change, Edit
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from support.canned import URL
from support.machine import ACCESS, CLAUDE, ROW, Machine

KEYS = st.text(min_size=1, max_size=8).filter(lambda key: key not in ("mcpOAuth", "mcpOAuthClientConfig"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
STYLES = st.sampled_from(
    [{"indent": 2}, {"separators": (",", ":")}, {"indent": "\t"}, {}, {"ensure_ascii": False}]
)
MARK = "\ufff0the row"


@contextmanager
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory() as folder:
        yield Machine(Path(folder))


def written(machine: Machine, around: dict[str, Any], others: dict[str, Any], more: Any, style: Any) -> Path:
    """A file of Claude Code's with the row among others, and unknown fields in it."""
    rows = {**others, ROW: {**machine.row(), "more": more}}
    text = json.dumps({**around, "mcpOAuth": rows}, **style)
    return machine.put(CLAUDE, text)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=3), st.dictionaries(KEYS, VALUES, max_size=3), VALUES, STYLES)
def test_a_publication_changes_the_token_fields_alone(
    around: dict[str, Any], others: dict[str, Any], more: Any, style: Any
) -> None:
    with machine() as mine:
        path = written(mine, around, others, more, style)
        before = path.read_text()
        tokens = TokenSet(Secret("new-token"), expires_at=mine.now + 60)
        kept: list[tuple[Edit, ...]] = []
        mine.programs().make(Change(mine.held(), tokens), [URL], kept.append)
        before_it, now = (str(int((mine.now + seconds) * 1000)) for seconds in (3600, 60))
        assert path.read_text() == before.replace(ACCESS, "new-token").replace(before_it, now)
        undone = mine.programs().revert(Backup(0.0, "", "Claude Code", "lab", URL, kept[-1]))
        assert [ok for _, _, ok in undone] == [True] and path.read_text() == before


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=3), st.dictionaries(KEYS, VALUES, max_size=3), VALUES, STYLES)
def test_a_deletion_leaves_all_other_rows_and_can_be_reversed_after_other_changes(
    around: dict[str, Any], others: dict[str, Any], more: Any, style: Any
) -> None:
    with machine() as mine:
        path = written(mine, around, others, more, style)
        before = json.loads(path.read_text())
        kept: list[tuple[Edit, ...]] = []
        mine.programs().make(Change(mine.held()), [URL], kept.append)
        after = json.loads(path.read_text())
        assert after == {**around, "mcpOAuth": others}
        after["later"] = MARK
        path.write_text(json.dumps(after, **style))
        mine.programs().revert(Backup(0.0, "", "Claude Code", "lab", URL, kept[-1]))
        assert json.loads(path.read_text()) == {**before, "later": MARK}
