"""All errors of the package are in one file, whose docstring shows the whole tree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import keyrack
from keyrack.domain import errors

PACKAGE = Path(keyrack.__file__).parent
ERRORS = PACKAGE / "domain" / "errors.py"
LINE = re.compile(r"^((?:[│├└ ]   |[├└]── )*)(\w+) +(?:(\d+) +)?\S")


def classes(path: Path) -> dict[str, list[str]]:
    """The classes of a file, nested ones too, and the names of their bases."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name: [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def all_errors() -> dict[str, type[errors.KeyrackError]]:
    found: dict[str, type[errors.KeyrackError]] = {}
    left = [errors.KeyrackError]
    while left:
        one = left.pop()
        found[one.__name__] = one
        left += [each for each in one.__subclasses__() if each.__module__.startswith("keyrack.")]
    return found


def test_every_error_is_defined_in_domain_errors() -> None:
    names = set(classes(ERRORS))
    elsewhere = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in PACKAGE.rglob("*.py")
        if path != ERRORS
        for name, bases in classes(path).items()
        if names.intersection(bases)
    ]
    assert elsewhere == []
    assert {one.__module__ for one in all_errors().values()} == {errors.__name__}


def test_the_tree_in_the_docstring_lists_each_error_under_its_base_with_its_exit_code() -> None:
    shown: list[tuple[str, str | None, int]] = []
    above: list[tuple[str, int]] = []  # the names that lead to the line, and their exit codes
    for line in (errors.__doc__ or "").splitlines():
        found = LINE.match(line)
        if found is None or found[2] not in all_errors():
            continue
        depth = len(found[1]) // 4
        del above[depth:]
        code = int(found[3]) if found[3] else above[-1][1]
        shown.append((found[2], above[-1][0] if above else None, code))
        above.append((found[2], code))
    assert len(shown) == len(set(shown))
    assert set(shown) == {
        (name, None if one is errors.KeyrackError else one.__bases__[0].__name__, one.exit_code)
        for name, one in all_errors().items()
    }
