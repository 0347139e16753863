"""What the demo needs is installed from this project, or under names that nobody else can claim."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from keyrack.demo import needs, run_demo
from keyrack.domain.errors import KeyrackError
from support.require import need

ROOT = Path(__file__).parents[3]
# To install keyrack by its name on the public index, where another owner may hold it.
BY_NAME = re.compile(
    r"keyrack\[|\b(?:pip3?|pipx|uv|uvx|conda|brew)\b"
    r"(?:[ \t]+(?:-\S+|tool|add|run|install))*[ \t]+['\"]?keyrack\b"
)


def test_the_requirements_are_those_of_the_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert list(needs.NEEDED.values()) == project["optional-dependencies"]["demo"]


def test_in_a_checkout_make_installs_them(tmp_path: Path) -> None:
    command = needs.how_to_install()
    assert command == f"make -C {ROOT} demo"
    need("make (apt-get install make)", shutil.which("make") is not None)
    done = subprocess.run([*command.split(), "-n"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "keyrack demo" in done.stdout


@pytest.mark.parametrize("noted", [True, False])
def test_a_copy_that_was_installed_from_a_checkout_knows_it(
    noted: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    (folder / "tools").mkdir(parents=True)
    for name in ("Makefile", "tools/install.sh"):
        (folder / name).touch()

    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps({"url": folder.as_uri(), "dir_info": {}}) if noted else None

    monkeypatch.setattr(needs, "__file__", str(tmp_path / "site-packages" / "keyrack" / "demo" / "needs.py"))
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Installed())
    assert (needs.how_to_install() == f"make -C '{folder}' demo") is noted


@pytest.mark.parametrize("pip", [True, False])
def test_elsewhere_they_are_installed_by_their_own_names(pip: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_checkout", lambda: None)
    monkeypatch.setattr(needs, "find_spec", lambda name: object() if pip else None)
    command = needs.how_to_install()
    assert command.endswith("'mcp>=2.3,<3' 'uvicorn>=0.34'") and sys.executable in command
    assert "keyrack" not in command.replace(sys.executable, "")
    assert command.startswith("uv pip") != pip


def test_the_demo_names_what_is_missing_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(needs, "find_spec", lambda name: None if name == "uvicorn" else object())
    with pytest.raises(KeyrackError, match="need uvicorn") as caught:
        run_demo()
    assert needs.how_to_install() in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["pip install keyrack", "python -m pip install 'keyrack[demo]'", "uvx keyrack", "pipx install keyrack",
     "uv tool install keyrack", "pip install --user keyrack", "the packages of keyrack[demo]"],
)  # fmt: skip
def test_what_names_the_public_index_is_found_out(text: str) -> None:
    assert BY_NAME.search(text)


def test_nothing_tells_to_install_keyrack_by_name() -> None:
    texts = [ROOT / name for name in ("CHANGELOG.md", "Makefile", "tools/install.sh", ".ci/run")]
    texts += (ROOT / "app").rglob("*.py")
    found = [f"{path.name}: {match[0]}" for path in texts if (match := BY_NAME.search(path.read_text()))]
    assert found == []


def test_the_readme_names_the_public_index_only_where_it_warns_that_the_package_is_not_there_yet() -> None:
    sections = (ROOT / "README.md").read_text().split("\n## ")
    naming = [section for section in sections if BY_NAME.search(section)]
    assert [section.partition("\n")[0] for section in naming] == ["Install"]
    assert "Before its first release keyrack is not on PyPI" in naming[0]
