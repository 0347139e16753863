"""What is read from each program's store."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contract.tokens.token_cases import (
    CASES,
    CHANGED,
    ITEM_CASES,
    URL,
    Case,
    Home,
    asked,
    items,
    login,
    searched,
)
from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.held import HeldToken, Item, Place
from keyrack.domain.secret import Secret
from keyrack.sources.tokens import HOLDERS
from keyrack.sources.tokens.layout import Row, field
from keyrack.sources.tokens.reader import Items
from keyrack.sources.tokens.rows import held_token


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_logins_of_a_file_are_found(case: Case, tmp_path: Path) -> None:
    home = Home(case, tmp_path)
    reading = home.read()
    assert tuple(map(login, reading.tokens)) == case.logins
    assert {held.client for held in reading.tokens} == {case.client}
    assert reading.problems == ()
    first = reading.tokens[0]
    assert (first.place.path, first.place.mode) == (str(home.path), 0o600)
    assert first.place.path in reading.paths
    secrets = [secret for each in case.logins for secret in (each.access, each.refresh) if secret]
    assert not any(secret in repr(reading) for secret in secrets)


@pytest.mark.parametrize("case", [case for case in CASES if case.by_hash], ids=str)
def test_a_hash_of_an_unknown_url_is_still_a_login(case: Case, tmp_path: Path) -> None:
    [held] = Home(case, tmp_path).read("http://127.0.0.1:1/other").tokens
    assert (login(held).access, held.url) == (case.logins[0].access, "")


@pytest.mark.parametrize("keychain", [searched, asked], ids=["searched", "asked"])
@pytest.mark.parametrize("case", ITEM_CASES, ids=str)
def test_the_logins_of_the_keychain_are_found(
    case: Case, keychain: Callable[[Sequence[Item]], Items], tmp_path: Path
) -> None:
    home = Home(case, tmp_path)
    if case.fixture == "mcpc":  # which lists no profile without a keychain
        profiles = {"profiles": {"127.0.0.1:9102": {"default": {"serverUrl": URL}}}}
        (tmp_path / ".mcpc/profiles.json").write_text(json.dumps(profiles))
    if case.fixture == "inspector":  # its files are from another run, and of another namespace
        about = tmp_path / ".mcp-inspector/storage/oauth.json"
        namespaces = "3d80d948-1832-40ca-b818-7bfa278c5eed", "378c268e-cf50-42d4-bbe8-5e1395c46dad"
        about.write_text(about.read_text().replace(*namespaces))
    reading = home.read(items=keychain(items(case)))
    held = [each for each in reading.tokens if each.place.item is not None]
    assert tuple(map(login, held)) == case.logins
    assert reading.problems == () and case.client not in reading.unread


@pytest.mark.parametrize("case", ITEM_CASES, ids=str)
def test_without_its_keychain_items_a_program_is_unread(case: Case, tmp_path: Path) -> None:
    def locked(service: str, accounts: object) -> list[Item]:
        raise StoreUnavailable("It is locked.")

    home = Home(case, tmp_path)
    for keychain in (None, locked):
        reading = home.read(items=keychain)
        assert reading.unread == (case.client,)
        assert all(each.place.item is None for each in reading.tokens)


def test_without_its_folder_a_program_has_no_items(tmp_path: Path) -> None:
    def never(service: str, accounts: object) -> list[Item]:
        raise AssertionError

    assert Home(CASES[0], tmp_path).read(items=never).unread == ()


def test_claude_code_keeps_all_in_one_item_on_macos(tmp_path: Path) -> None:
    home = Home(CASES[0], tmp_path, "darwin")
    item = Item("Claude Code-credentials", "me", Secret(home.path.read_text()), modified=CHANGED)
    home.path.unlink()
    [held] = home.read(items=asked([item]), USER="me").tokens
    assert (login(held), held.place) == (CASES[0].logins[0], Place(item=item))
    assert home.read(USER="me").unread == ("Claude Code",)


def test_an_item_of_another_kind_is_no_login(tmp_path: Path) -> None:
    home = Home(ITEM_CASES[0], tmp_path)
    home.path = tmp_path / ".codex/.credentials.json"
    home.path.unlink()
    others = [Item("Codex MCP Credentials", account, Secret(account)) for account in ("plain", '["a"]', "3")]
    reading = home.read(items=searched(others))
    assert (reading.tokens, reading.problems) == ((), ())


@pytest.mark.parametrize("case", [*CASES, *ITEM_CASES], ids=lambda case: f"{case}-{case.file or 'items'}")
def test_a_row_has_the_fields_without_which_keyrack_does_not_write_to_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Row] = []

    def seen(client: str, place: Place, row: Row, changed_at: float | None) -> HeldToken | None:
        held = held_token(client, place, row, changed_at)
        rows.extend([row] if held is not None and client == case.client else [])
        return held

    monkeypatch.setattr("keyrack.sources.tokens.rows.held_token", seen)
    Home(case, tmp_path).read(items=None if case.file else searched(items(case)))
    assert rows
    for row in rows:
        assert row.needs, "Row.needs is empty: name the fields that the program itself refuses to do without."
        missing = [name for name in row.needs if field(row.fields, name) in (None, "")]
        assert missing == [], f"The row in the fixture has no such field: {', '.join(missing)}"


def test_every_program_that_can_be_read_has_a_case() -> None:
    readable = {each.name for each in HOLDERS if each.holds == "readable"}
    with_case = {case.client for case in (*CASES, *ITEM_CASES)}
    assert readable - with_case == set(), "Add a Case to token_cases.py for each of these."
    assert with_case - readable == set(), "These are not in HOLDERS."
