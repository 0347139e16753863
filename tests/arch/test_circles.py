"""No import cycles between modules, counting late imports and imports for types only."""

from __future__ import annotations

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def test_no_imports_run_in_a_circle() -> None:
    assert circles_in(imports(APP)) == []


def test_late_and_type_only_imports_count(tmp_path: Path) -> None:
    write(
        tmp_path, "one", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack.two import x\n"
    )
    write(tmp_path, "two", "def late():\n    from pack import three\n")
    write(tmp_path, "three", "import pack.one\n")
    write(tmp_path, "four", "import pack.one\nfrom pack.five import y\n")
    write(tmp_path, "five", "import os\n")
    assert circles_in(imports(tmp_path)) == [["pack.one", "pack.three", "pack.two"]]


def write(root: Path, name: str, text: str) -> None:
    (root / "pack").mkdir(exist_ok=True)
    (root / "pack" / f"{name}.py").write_text(text, encoding="utf-8")


def imports(root: Path) -> dict[str, set[str]]:
    """Each module under `root`, and which of the others any of its import statements names."""
    files = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph = {}
    for module, path in files.items():
        named = names(ast.parse(path.read_text(encoding="utf-8")), set(files))
        graph[module] = (named & set(files)) - {module}
    return graph


def names(tree: ast.Module, modules: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, "imports are absolute here"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in modules else node.module)
    return found


def circles_in(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of more than one module (Tarjan), each sorted."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], index[other])
        if lowest[module] == index[module]:
            at = stack.index(module)
            circle, stack[at:] = sorted(stack[at:]), []
            if len(circle) > 1:
                circles.append(circle)

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return circles
