"""The package page shows the README with links and pictures that work there."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from support.require import need

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REPOSITORY = PROJECT["urls"]["Repository"]


def package_page(folder: Path) -> str:
    """The description in a wheel that is built from this checkout."""
    need("hatchling (pip install hatchling)", importlib.util.find_spec("hatchling") is not None)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return archive.read(name).decode()


def test_every_link_and_picture_of_the_package_page_is_absolute(tmp_path: Path) -> None:
    page = package_page(tmp_path)
    links = re.findall(r"(!?)\[[^]]*\]\(([^)]+)\)", page)
    assert all(link.startswith("https://") for _, link in links)
    pictures = re.findall(r'\bsrc(?:set)?="([^"]+)"', page)
    assert f"{REPOSITORY}/raw/HEAD/screenshots/main-light.svg" in pictures
    assert f"{REPOSITORY}/raw/HEAD/screenshots/main-dark.svg" in pictures
    assert f"{REPOSITORY}/blob/HEAD/docs/ARCHITECTURE.md" in [link for _, link in links]
    ours = [link for link in (*pictures, *(link for _, link in links)) if link.startswith(REPOSITORY)]
    paths = [link.removeprefix(REPOSITORY).split("/HEAD/")[1].partition("#")[0] for link in ours]
    assert [path for path in paths if not (ROOT / path).is_file()] == []


def test_the_repository_is_named_in_one_place() -> None:
    files = [
        ROOT / "pyproject.toml",
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "tools").glob("*.*"),
    ]
    assert [path.name for path in files if REPOSITORY in path.read_text()] == ["pyproject.toml"]
    assert (ROOT / "pyproject.toml").read_text().count(REPOSITORY) == 1
