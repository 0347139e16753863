"""make mutants: change the core's code, one small thing at a time, and show what no unit test notices.

    make mutants                                     all of it, which takes hours
    make mutants ARGS="keyrack.oauth.challenge*"     a module's
    make mutants ARGS="keyrack.oauth.challenge.x_parse_challenges*"

A survivor asks for a test, or is equivalent: then tools/mutmut.toml says so.

mutmut knows code only in src/, so it works on a copy, in .mutants, where it also remembers what it has done.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".mutants"
COPIED = {"app/keyrack": "src/keyrack", "tests": "tests"}
LEFT_OUT = {"__pycache__", "node_modules", "snapshot"}
MUTMUT = [sys.executable, "-m", "mutmut"]


def main(names: list[str]) -> int:
    for source, target in COPIED.items():
        update(ROOT / source, COPY / target)
    config = (ROOT / "pyproject.toml").read_text() + (ROOT / "tools" / "mutmut.toml").read_text()
    (COPY / "pyproject.toml").write_text(config)
    done = subprocess.run([*MUTMUT, "run", *names], cwd=COPY, check=False)
    if done.returncode:
        return done.returncode
    results = subprocess.run(
        [*MUTMUT, "results"], cwd=COPY, check=True, capture_output=True, text=True
    ).stdout
    verdicts = [line.strip().split(": ") for line in results.splitlines() if ": " in line]
    survivors = [
        name for name, verdict in verdicts if verdict in ("survived", "no tests") and wanted(name, names)
    ]
    for name in survivors:
        print(flush=True)
        subprocess.run([*MUTMUT, "show", name], cwd=COPY, check=False)
    print(f"\n{len(survivors)} survived.")
    return 0


def wanted(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def update(source: Path, target: Path) -> None:
    """Make `target` the same as `source`. What has not changed keeps its time, by which mutmut knows it."""
    target.mkdir(parents=True, exist_ok=True)
    there = {path.relative_to(source) for path in source.rglob("*") if not LEFT_OUT & set(path.parts)}
    for path in sorted(target.rglob("*"), reverse=True):
        if path.relative_to(target) not in there:
            path.rmdir() if path.is_dir() else path.unlink()
    for path in sorted(there):
        old, new = source / path, target / path
        if old.is_dir():
            new.mkdir(parents=True, exist_ok=True)
        elif not new.exists() or new.read_bytes() != old.read_bytes():
            shutil.copyfile(old, new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
