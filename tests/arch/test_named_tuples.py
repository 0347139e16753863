"""Named tuples are the ones that are quick to define."""

from __future__ import annotations

import ast
from pathlib import Path

import keyrack

PACKAGE = Path(keyrack.__file__).parent
QUICK = "keyrack.domain.named_tuple"


def defines_any(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "NamedTuple" for base in node.bases)
        for node in ast.walk(tree)
    )


def origins(tree: ast.Module) -> set[tuple[str, str]]:
    """The names that its imports name, each with the module that it is from."""
    return {
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_modules_define_them_with_the_quick_one_and_without_evaluated_annotations() -> None:
    wanted = {(QUICK, "NamedTuple"), ("__future__", "annotations")}
    trees = {path.relative_to(PACKAGE): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    defining = {path: tree for path, tree in trees.items() if defines_any(tree)}
    defining.pop(Path("domain/named_tuple.py"), None)
    assert len(defining) > 50
    assert [path for path, tree in defining.items() if not wanted <= origins(tree)] == []
