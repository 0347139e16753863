"""The account that KEYRACK_ACCOUNT or the folder chooses, and mistakes in the table of folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.domain.account import AccountHere
from keyrack.sources.reader import read_all

LINKS = pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("office/deep/er", "office/deep-er", "private", ".config/keyrack"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def here(
    home: Path, cwd: Path, *folders: tuple[str, str], variable: str = "", text: str = ""
) -> AccountHere | None:
    tables = "".join(f'[[folders]]\npath = "{path}"\naccount = "{account}"\n' for path, account in folders)
    (home / ".config/keyrack/config.toml").write_text(text or tables)
    env = {"HOME": str(home), **({"KEYRACK_ACCOUNT": variable} if variable else {})}
    return read_all(env, "linux", str(cwd)).here


def account(found: AccountHere | None) -> str | None:
    return found.account if found else None


def test_without_a_choice_there_is_none(home: Path) -> None:
    assert here(home, home / "office") is None
    assert here(home, home / "private", ("~/office/**", "work")) is None


@pytest.mark.parametrize("path", ["~/office/**", "~/office", "~/office/"])
def test_a_folder_chooses_for_itself_and_everything_below(home: Path, path: str) -> None:
    for cwd in ("office", "office/deep", "office/deep/er"):
        assert account(here(home, home / cwd, (path, "work"))) == "work"
    for cwd in ("private", "."):
        assert here(home, home / cwd, (path, "work")) is None


def test_the_longest_folder_wins_whatever_the_order(home: Path) -> None:
    both = (("~/office/deep/**", "deep"), ("~/office/**", "work"), ("~/**", "home"))
    for folders in (both, both[::-1]):
        assert account(here(home, home / "office/deep/er", *folders)) == "deep"
        assert account(here(home, home / "office/deep-er", *folders)) == "work"
        assert account(here(home, home / "private", *folders)) == "home"


def test_the_variable_comes_before_the_folder(home: Path) -> None:
    assert here(home, home / "office", ("~/office/**", "work"), variable=" acme ") == AccountHere(
        "acme", "KEYRACK_ACCOUNT is set"
    )
    assert here(home, home / "office", ("~/office/**", "work")) == AccountHere(
        "work", "keyrack runs in ~/office/**"
    )
    assert account(here(home, home / "office", ("~/office/**", "work"), variable="  ")) == "work"


@LINKS
def test_links_are_resolved_on_both_sides(home: Path) -> None:
    (home / "link").symlink_to(home / "office")
    (home / "way").symlink_to(home / "office/deep")
    assert account(here(home, home / "link/deep", ("~/office/**", "work"))) == "work"
    assert account(here(home, home / "office/deep", ("~/link/**", "work"))) == "work"
    # The link stands outside of the folder, and what it leads to inside.
    assert account(here(home, home / "way/er", ("~/office/**", "work"))) == "work"
    (home / "office/out").symlink_to(home / "private")
    assert here(home, home / "office/out", ("~/office/**", "work")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('folders = "~/office"\n', "should be tables"),
        ('[folders]\npath = "~/office/**"\n', "“account”"),
        ('[[folders]]\naccount = "work"\n', "“path”"),
        ('[[folders]]\npath = "office/**"\naccount = "work"\n', "should begin with"),
        ('[[folders]]\npath = "~/*/office"\naccount = "work"\n', "only /** at the end"),
        ('[[folders]]\npath = "~/office/**"\naccount = ""\n', "“account”"),
        ('[[folders]]\npath = "~/office/**"\naccount = 1\n', "“account”"),
        ('[[folders]]\npath = "~/office/**"\nacount = "work"\n', "“acount”"),
        (
            '[[folders]]\npath = "~/a"\naccount = "a"\n[[folders]]\npath = "~/a/**"\naccount = "b"\n',
            "two",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_no_account_is_guessed(home: Path, text: str, said: str) -> None:
    found = here(home, home / "private", text=text)
    assert found is not None and found.account == "" and said in found.refusal
    assert "config.toml, line " in found.refusal
    reading = read_all({"HOME": str(home)}, "linux", str(home))
    assert [said in problem.sentence and problem.line for problem in reading.problems] != []


def test_the_line_is_that_of_the_folder_with_the_mistake(home: Path) -> None:
    good = '# the folders\n[[folders]]\npath = "~/office/**"\naccount = "work"\n\n'
    found = here(home, home, text=good + '[[folders]]\npath = "relative"\naccount = "x"\n')
    assert found is not None and "line 6:" in found.refusal


def test_the_variable_still_counts_if_the_table_has_a_mistake(home: Path) -> None:
    assert account(here(home, home, text='folders = "x"\n', variable="acme")) == "acme"


def test_a_name_that_no_account_can_have_is_refused(home: Path) -> None:
    found = here(home, home, variable="a\tb")
    assert found is not None and found.account == "" and "KEYRACK_ACCOUNT" in found.refusal


def test_a_folder_that_has_been_deleted_has_no_account(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    found = here(home, Path(os.sep), ("~/office/**", "work"))
    assert found is not None and found.account == "" and "deleted" in found.refusal


def test_a_projects_file_has_no_say(home: Path) -> None:
    folders = '[{"path": "/", "account": "evil"}]'
    (home / "office/.mcp.json").write_text(f'{{"mcpServers": {{}}, "folders": {folders}}}')
    assert here(home, home / "office") is None
