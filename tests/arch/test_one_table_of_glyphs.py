"""Glyphs are defined only in `wording`; both front ends import them from there."""

from __future__ import annotations

import ast
from pathlib import Path

import keyrack
from keyrack.wording.glyphs import CHOSEN, DONE, FAILED, NOT_CHOSEN
from keyrack.wording.signs import STEPS
from keyrack.wording.states import STATES

PACKAGE = Path(keyrack.__file__).parent
SHARED = {"!", "?", "–", "·"}  # characters that any sentence may have
GLYPHS = {DONE, FAILED, CHOSEN, NOT_CHOSEN, *(look.glyph for look in STATES.values())}
GLYPHS |= {sign.glyph for sign in STEPS.values()}
# What each of them is in ASCII; and a mask's characters, which stand for no state.
ALLOWED = {"cli/encoding.py", "domain/secret.py", "net/page.py"}


def strings(path: Path) -> list[str]:
    """The string constants of a file, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_no_glyph_is_written_outside_of_wording() -> None:
    found = {
        (name, text)
        for path in PACKAGE.rglob("*.py")
        if not (name := path.relative_to(PACKAGE).as_posix()).startswith("wording/") and name not in ALLOWED
        for text in strings(path)
        if (GLYPHS - SHARED) & set(text)
    }
    assert found == set()
