"""Each key of each screen is pressed: by a line of `support/key_table.py`, or in a test that it names."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from support.key_table import ELSEWHERE, driven
from support.keys import bindings

PILOT = Path(__file__).parent.parent / "pilot"


@cache
def sources(file: str) -> dict[str, str]:
    """The text of each test in a file, by its name."""
    text = (PILOT / file).read_text()
    nodes = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.AsyncFunctionDef)]
    return {node.name: ast.get_source_segment(text, node) or "" for node in nodes}


def test_no_key_lacks_a_line() -> None:
    """Add the missing ones to `support/key_table.py`."""
    elsewhere = {(name, key) for words in ELSEWHERE for name, *keys in [words.split()] for key in keys}
    have = {(kind.__name__, key) for kind, key in driven()} | elsewhere
    wanted = {(kind.__name__, key) for kind, keys in bindings().items() for key in keys}
    assert wanted - have == set(), "without a line"
    assert have - wanted == set(), "lines for keys that are gone"


@pytest.mark.parametrize("words", ELSEWHERE)
def test_a_key_that_is_pressed_elsewhere_is(words: str) -> None:
    file, _, test = ELSEWHERE[words].partition("::")
    _, *keys = words.split()
    text = sources(file)[test]
    for key in keys:
        assert f'"{key}"' in text, f"{ELSEWHERE[words]} does not press {key}"
