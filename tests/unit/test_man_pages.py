"""The man pages: valid, complete, and in the wheel."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from keyrack.cli.manual import manual, page
from keyrack.cli.verbs import VERBS, module_of
from support.require import need

ROOT = Path(__file__).parents[2]
NAMES = ["keyrack", *(f"keyrack-{name}" for name in VERBS)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages, made without any installed package."""
    folder = tmp_path_factory.mktemp("man")
    make = [sys.executable, "-I", "-S", str(ROOT / "tools/man_pages.py"), str(folder)]
    subprocess.run(make, check=True, capture_output=True, env={"SOURCE_DATE_EPOCH": "1795737600"})
    return folder


def rendered(path: Path) -> str:
    need("mandoc (apt-get install mandoc)", shutil.which("mandoc") is not None)
    done = subprocess.run(["mandoc", "-Tutf8", "-Owidth=500", str(path)], capture_output=True, check=True)
    return re.sub(".\b", "", done.stdout.decode())


def test_there_is_a_page_for_keyrack_and_each_command(pages: Path) -> None:
    assert sorted(path.stem for path in pages.iterdir()) == sorted(NAMES)


def test_mandoc_warns_of_nothing(pages: Path) -> None:
    need("mandoc (apt-get install mandoc)", shutil.which("mandoc") is not None)
    lint = ["mandoc", "-Tlint", "-Wwarning", *map(str, sorted(pages.iterdir()))]
    assert subprocess.run(lint, capture_output=True, text=True).stdout == ""


@pytest.mark.parametrize("name", VERBS)
def test_a_page_says_what_the_help_says(name: str, pages: Path) -> None:
    shown = " ".join(rendered(pages / f"keyrack-{name}.1").split())
    verb = module_of(name).VERB
    assert f"keyrack-{name} - {VERBS[name][1]}" in shown
    for part in page(verb).split("\n\n")[2:-1]:
        lines = part.splitlines()
        prose = not lines[0].isupper()
        for line in [" ".join(lines)] if prose else [re.sub(r"^ +\$ ", "", line) for line in lines[1:]]:
            for piece in re.split(r"  +|(?<=[.:]) ", line.strip()):
                assert " ".join(piece.split()) in shown


def test_the_first_page_says_what_the_help_says(pages: Path) -> None:
    shown = " ".join(rendered(pages / "keyrack.1").split())
    for line in manual().splitlines():
        if line.isupper() or "config.toml" in line or "local/share" in line or "--help for" in line:
            continue
        for piece in re.split(r"  +|(?<=[.:]) |^ +\$ ", line.strip()):
            assert piece.removeprefix("$ ").removeprefix("keyrack - ") in shown
    assert "~/.config/keyrack/config.toml" in shown and "%APPDATA%\\keyrack\\config.toml" in shown


def test_the_date_can_be_set(pages: Path) -> None:
    assert "2026-11-27" in (pages / "keyrack.1").read_text().splitlines()[0]


def test_the_wheel_installs_the_pages_and_the_completion_scripts(tmp_path: Path) -> None:
    need("hatchling (pip install hatchling)", importlib.util.find_spec("hatchling") is not None)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        data = {name.partition(".data/data/")[2]: name for name in archive.namelist()}
        assert {f"share/man/man1/{name}.1" for name in NAMES} <= set(data)
        for path, shell in (
            ("share/bash-completion/completions/keyrack", "bash"),
            ("share/zsh/site-functions/_keyrack", "zsh"),
            ("share/fish/vendor_completions.d/keyrack.fish", "fish"),
        ):
            assert f"keyrack __complete {shell}" in archive.read(data[path]).decode()
            assert f"keyrack/cli/completing/keyrack.{shell}" in archive.namelist()
