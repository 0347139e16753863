"""What every reader of token files does with what it may find: a sentence each, and nothing lost."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.tokens.token_cases import CASES, CHANGED, Case, Home, login
from keyrack.domain.held import ENCODED
from keyrack.sources.tokens.layout import value_at

WITNESSES = [case for case in CASES if case.fixture in ("gemini", "codex")]
# Whose rows have names, so that there may be two for one server.
BY_NAME = "claude-code codex gemini qwen opencode kilo cline mcporter mcp-use-session crush".split()
PLACES = 20  # where a file is truncated
WRONG: tuple[Any, ...] = (None, True, 0, -7.5, "", "{", [1], {"x": 1}, 10**400)
FOREIGN: tuple[Any, ...] = (
    None,
    7,
    "text",
    "{}",
    '{"accessToken": 7}',
    [],
    {},
    {"tokens": 7},
    [{}],
    {"": {}},
)


@pytest.fixture(params=CASES, ids=str)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    return Home(request.param, tmp_path)


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Each file and folder below `folder`, with its mode, its time of change and its content."""
    found: dict[str, tuple[int, int, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = os.readlink(path).encode() if path.is_symlink() else b""
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        found[str(path)] = (status.st_mode, status.st_mtime_ns, content)
    return found


def broken(home: Home, *words: str) -> None:
    """The file can't be read. That is said once, and the other programs' tokens are found."""
    witness = next(each for each in WITNESSES if each is not home.case)
    Home(witness, home.folder)
    before = everything(home.folder)
    reading = home.read()
    [problem] = reading.problems
    assert (problem.client, problem.path) == (home.case.client, str(home.path))
    assert any(word in problem.sentence for word in words), problem.sentence
    assert problem.sentence.endswith(".") and "bug" not in problem.sentence
    [well] = [each for each in reading.tokens if each.client == witness.client]
    assert login(well) == witness.logins[0]
    assert str(home.path) not in {each.place.path for each in reading.tokens}
    assert everything(home.folder) == before


def unharmed(home: Home) -> None:
    """All of the program's own logins are found, and nothing is said."""
    reading = home.read()
    assert [each for each in map(login, reading.tokens) if each in home.case.logins] == list(home.case.logins)
    assert reading.problems == ()


def test_a_truncated_file_is_reported(home: Home) -> None:
    content = home.path.read_bytes().rstrip()
    for place in range(PLACES):
        home.path.write_bytes(content[: max(1, len(content) * place // PLACES)])
        broken(home, "truncated", "not valid JSON")


def test_an_empty_file_holds_nothing_and_is_no_problem(home: Home) -> None:
    home.path.write_text("")
    reading = home.read()
    assert str(home.path) not in {each.place.path for each in reading.tokens}
    assert reading.problems == ()


def rows_of(home: Home) -> tuple[str | int, ...]:
    """The path to the table in which the first login's row is; () if the row is the file."""
    row = home.read().tokens[0].row
    while row and row[-1] in (ENCODED, "oauth", "oauth_token"):
        row = row[:-1]
    return row[:-1]


def has_rows(home: Home) -> bool:
    return home.read().tokens[0].row != ()


def with_row(content: Any, path: tuple[str | int, ...], name: str, row: Any) -> Any:
    """The content with one more row in the table at `path`, before and after the others."""
    content = copy.deepcopy(content)
    table = value_at(content, path)
    if isinstance(table, list):
        table[:] = [row, *table, row]
    else:
        rest = dict(table)
        table.clear()
        table.update({f"{name}-1": row, **rest, f"{name}-2": row})
    return content


@pytest.mark.parametrize("row", FOREIGN, ids=json.dumps)
def test_a_malformed_row_hides_no_other(home: Home, row: Any) -> None:
    if has_rows(home):
        home.put(with_row(home.content, rows_of(home), "foreign", row))
    else:
        suffix = home.path.name.partition("_tokens")[1] or ".json"
        beside = home.path.with_name(f"{'0' * 64}{home.path.suffix or suffix}")
        beside.write_text(json.dumps(row))
    unharmed(home)


def test_unknown_fields_and_a_newer_version_do_no_harm(home: Home) -> None:
    content = home.content
    row = value_at(content, home.read().tokens[0].row)
    for table in (content, row):
        if isinstance(table, dict):
            table["a_field_of_tomorrow"] = {"version": 99, "list": [None]}
            if table is not content or not has_rows(home) or "version" in table:
                table["version"] = 99
    home.put(content)
    unharmed(home)


@pytest.mark.parametrize("case", [case for case in CASES if case.fixture in BY_NAME], ids=str)
def test_two_rows_for_one_server_are_both_found(case: Case, tmp_path: Path) -> None:
    home = Home(case, tmp_path)
    table = rows_of(home)
    name = home.read().tokens[0].row[len(table)]
    home.put(with_row(home.content, table, "another", value_at(home.content, (*table, name))))
    held = home.read().tokens
    assert len(held) == 3 and {each.url for each in held} == {case.logins[0].url}


def paths_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path to each value in there."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_in(inner, (*path, index))


def replaced(content: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    content = copy.deepcopy(content)
    table = value_at(content, path[:-1])
    table[path[-1]] = value
    return content


def test_a_value_of_a_wrong_type_is_never_a_fault(home: Home) -> None:
    folder = home.path.parent
    for path in [home.path, *sorted(each for each in folder.iterdir() if each.suffix == ".json")]:
        if not path.is_file():
            continue
        whole = json.loads(path.read_text())
        places = list(paths_in(whole))
        random.Random(7).shuffle(places)
        for place in places[:20]:
            for wrong in WRONG:
                path.write_text(json.dumps(replaced(whole, place, wrong)))
                reading = home.read()
                assert not any("bug" in problem.sentence for problem in reading.problems), (place, wrong)
                for held in reading.tokens:
                    assert held.tokens.access_token.reveal() and isinstance(held.url + held.name, str)
                    held.state(CHANGED)
        path.write_text(json.dumps(whole))


@pytest.mark.parametrize("value", [None, True, "soon", [], {}, -5, 0, 1e300, 10**400, "2026-11-26"])
def test_an_expiry_that_is_none_is_not_made_up(tmp_path: Path, value: Any) -> None:
    home = Home(next(case for case in CASES if case.fixture == "codex"), tmp_path)
    [name] = home.content  # type: ignore[misc]
    home.put(replaced(home.content, (name, "expires_at"), value))
    [held] = home.read().tokens
    assert (held.tokens.expires_at, held.is_estimate, held.state(0)) == (None, False, "unknown")


def test_a_huge_file_is_refused_unread(home: Home) -> None:
    with home.path.open("ab") as file:
        file.truncate(50 * 1024 * 1024)
    broken(home, "50 MB")


def test_utf_16_is_refused(home: Home) -> None:
    home.path.write_bytes(home.path.read_text().encode("utf-16"))
    broken(home, "UTF-16")


@pytest.mark.parametrize(
    "content",
    [b"\x8f\x9a\xff\xfe\x00", b"age-encryption.org/v1\n\xd0\x01", b"\x00" * 64],
    ids=["bytes", "age", "zeros"],
)
def test_an_encrypted_file_is_reported(home: Home, content: bytes) -> None:
    home.path.write_bytes(content)
    broken(home, "UTF-8", "UTF-16")


def test_a_byte_order_mark_and_other_line_ends_are_no_matter(home: Home) -> None:
    home.path.write_bytes(b"\xef\xbb\xbf" + home.path.read_bytes().replace(b"\n", b"\r\n"))
    os.utime(home.path, (CHANGED, CHANGED))
    unharmed(home)


def test_a_file_without_permission_is_reported(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path, *rest, **more):  # root may read everything, so permissions prove nothing
        if path == str(home.path):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    broken(home, "permission")


@pytest.mark.parametrize("how", ["open", "stat", "scandir"])
def test_a_folder_without_permission_is_no_fault(
    home: Home, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = getattr(os, how)

    def refuse(path, *rest, **more):
        if str(path).startswith(str(home.path.parent)):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, how, refuse)
    reading = home.read()
    assert not any("bug" in problem.sentence for problem in reading.problems)
    assert all(problem.sentence.endswith(".") for problem in reading.problems)


def test_a_dangling_link_is_reported(home: Home) -> None:
    home.path.unlink()
    home.path.symlink_to(home.folder / "gone")
    broken(home, "link")


def test_a_link_in_a_circle_is_reported(home: Home) -> None:
    home.path.unlink()
    home.path.symlink_to(home.path)
    broken(home, "can't be read")


def test_a_folder_instead_of_the_file_is_reported(home: Home) -> None:
    home.path.unlink()
    home.path.mkdir()
    broken(home, "folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(home: Home) -> None:
    home.path.unlink()
    os.mkfifo(home.path)
    broken(home, "pipe")


def test_a_symlinked_file_is_read_where_it_leads(home: Home) -> None:
    real = home.folder / "dotfiles" / home.path.name
    real.parent.mkdir()
    home.path.rename(real)
    home.path.symlink_to(real)
    unharmed(home)
    held = home.read().tokens[0]
    assert (held.place.path, held.place.mode) == (str(home.path), 0o600)


def test_reading_writes_nothing(home: Home) -> None:
    before = everything(home.folder)
    assert home.read().tokens
    assert everything(home.folder) == before


# Of a few kinds of characters: for all of Unicode, Hypothesis first makes a table, which takes seconds.
TEXT = st.text(
    ["a", "Z", "0", "9", "-", ".", ":", "/", " ", "{", "[", '"', "\\", "\n", "\0", "ä", "\ud800", "😀"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_content_makes_reading_write_or_fail(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(case, tmp_path_factory.mktemp("home"))
    good = home.content
    places = list(paths_in(good))

    @settings(max_examples=25, deadline=None)
    @given(place=st.sampled_from(places), value=JSON, raw=st.none() | st.binary(max_size=200))
    def check(place: tuple[str | int, ...], value: Any, raw: bytes | None) -> None:
        content = json.dumps(replaced(good, place, value)).encode() if raw is None else raw
        home.path.write_bytes(content)
        before = everything(home.folder)
        reading = home.read()
        assert not any("bug" in problem.sentence for problem in reading.problems)
        assert everything(home.folder) == before

    check()
