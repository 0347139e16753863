"""A large ~/.claude.json: its servers are read, and little of the rest is held in memory."""

import json
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.reading import Reading
from keyrack.sources.parsing import json_parts
from keyrack.sources.programs.claude_code import SHAPE
from keyrack.sources.reader import read_all
from keyrack.system import files
from keyrack.system.files import Malformed

URL = "https://mcp.example.com/mcp"
ENTRY = {"type": "http", "url": URL}


def look(home: Path) -> Reading:
    return read_all({"HOME": str(home)}, "linux", str(home / "project"))


def grown(megabytes: float, more: str = "") -> bytes:
    """As Claude Code writes it: history before the servers, long texts and short ones in it."""
    said = [{"display": f"{'x' * 2000}{more}", "pastedContents": {}}] * 90
    short = [{"role": "user", "n": [1, 2, None]}] * 300
    project = json.dumps({"history": [*said, *short], "mcpServers": {}}, ensure_ascii=False)
    count = int(megabytes * 1e6 / len(project.encode())) + 1
    projects = ",".join(f'"/home/u/p{i}": {project}' for i in range(count))
    local = json.dumps({"mcpServers": {"local": {"url": URL + "/é"}}, "history": []}, ensure_ascii=False)
    servers = json.dumps({"wiki": ENTRY})
    text = f'{{"numStartups": 900, "projects": {{{projects}, "/l": {local}}}, "mcpServers": {servers}}}'
    return text.encode()


@pytest.mark.parametrize("more", ["", "😀"])
def test_servers_are_found_in_a_file_of_66_megabytes(tmp_path: Path, more: str) -> None:
    (tmp_path / ".claude.json").write_bytes(grown(66, more))
    reading = look(tmp_path)
    assert [(server.name, server.url) for server in reading.servers] == [
        ("wiki", URL), ("local", URL + "/é")
    ]  # fmt: skip
    assert reading.problems == ()


def test_it_takes_no_longer_than_to_read_it_whole_and_keeps_less() -> None:
    data = grown(16, "😀")

    def best(read: object) -> float:
        times = []
        for _ in range(3):
            begin = time.process_time()
            read(data)  # type: ignore[operator]
            times.append(time.process_time() - begin)
        return min(times)

    def peak(read: object) -> int:
        tracemalloc.start()
        read(data)  # type: ignore[operator]
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert best(lambda data: json_parts.pick(data, SHAPE)) < 2 * best(json.loads)
    assert peak(lambda data: json_parts.pick(data, SHAPE)) < min(0.5 * peak(json.loads), 1.5 * len(data))


@pytest.mark.parametrize("cut", [0.001, 0.5, 0.99])
def test_a_grown_file_that_is_cut_short_is_called_so_and_gives_no_server(tmp_path: Path, cut: float) -> None:
    data = grown(1)
    (tmp_path / ".claude.json").write_bytes(data[: int(len(data) * cut)])
    reading = look(tmp_path)
    [problem] = reading.problems
    assert "It is truncated" in problem.sentence and problem.path.endswith(".claude.json")
    assert reading.servers == ()


@pytest.mark.parametrize("text", ['{"mcpServers": {"wiki": ', '{"mcpServers"', "{", '{"a": "b', '{"a": [1, '])
@pytest.mark.parametrize("file", [".claude.json", "project/.mcp.json", ".cursor/mcp.json"])
def test_so_is_any_other(tmp_path: Path, text: str, file: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    [problem] = look(tmp_path).problems
    assert problem.sentence == "It is truncated: it ends in the middle of its JSON."


def test_a_file_beyond_what_claude_code_itself_could_read_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / ".claude.json").open("wb") as file:
        file.truncate(files.MAX_GROWN + 1)  # takes no room on the disk
    monkeypatch.setattr("builtins.open", lambda *args, **more: pytest.fail("it was opened"))
    [problem] = look(tmp_path).problems
    assert "It is 512 MB. keyrack's limit for this file is 512 MB." in problem.sentence


@pytest.mark.parametrize("file", ["project/.mcp.json", ".cursor/mcp.json", ".codex/config.toml"])
def test_files_that_no_program_lets_grow_have_the_old_limit(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    with (tmp_path / file).open("wb") as target:
        target.truncate(files.MAX_BYTES + 1)
    [problem] = look(tmp_path).problems
    assert "keyrack's limit for this file is 8 MB" in problem.sentence


def test_what_is_no_text_in_the_history_stops_nothing(tmp_path: Path) -> None:
    servers = json.dumps({"wiki": ENTRY}).encode()
    (tmp_path / ".claude.json").write_bytes(b'{"history": "\xff\xfe\x80", "mcpServers": ' + servers + b"}")
    assert look(tmp_path).servers[0].url == URL


def test_what_is_no_text_among_the_servers_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_bytes(b'{"z": 1,\n"mcpServers": {\n"a": {"url": "https://\xff"}}}')
    reading = look(tmp_path)
    [problem] = reading.problems
    assert "It is not UTF-8 text" in problem.sentence and problem.line == 3


def test_a_byte_order_mark_is_no_part_of_it(tmp_path: Path) -> None:
    text = json.dumps({"mcpServers": {"a": ENTRY}})
    (tmp_path / ".claude.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(look(tmp_path).servers) == 1


@pytest.mark.parametrize("text", [b"", b" \n\t "])
def test_an_empty_one_is_called_empty(tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".claude.json").write_bytes(text)
    reading = look(tmp_path)
    assert reading.problems == () and {place.found for place in reading.places} == {"no file", "empty"}


# -- parts


def test_only_the_wanted_parts_are_kept() -> None:
    text = b'{"a": {"b": 1, "c": 2}, "d": [1, {"b": 2}], "p": {"x": {"b": {"c": 3}, "h": 4}, "y": 5}}'
    found = json_parts.pick(text, {"a": {"b": None}, "d": None, "p": {json_parts.ANY: {"b": None}}})
    assert found.data == {"a": {"b": 1}, "d": [1, {"b": 2}], "p": {"x": {"b": {"c": 3}}, "y": 5}}


def test_of_a_repeated_key_the_last_one_counts_and_the_repetition_is_noted() -> None:
    found = json_parts.pick(b'{"a": {"b": 1}, "a": {"b": 2, "b": 3}, "z": 1, "z": 2}', {"a": None})
    assert (found.data, found.repeated) == ({"a": {"b": 3}}, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (b'{"a": 1,\n "z": tru}', "It is not valid JSON (column 7: Expecting value).", 2),
        (b'{"a": 1,\n "\xc3\xa9": 1 2}', "It is not valid JSON (column 9: Expecting ',' delimiter).", 2),
        (b'{"a": 1} x', "It is not valid JSON (column 10: Extra data).", 1),
        (b"{'a': 1}", "It is not valid JSON (column 2: Expecting property name).", 1),
        (b'{"z" 1}', "It is not valid JSON (column 6: Expecting ':' delimiter).", 1),
        (b'{"z": ' + b"[" * 100_000 + b"}", "It is nested too deeply for a configuration file.", None),
        (b'{"z": ' + b"9" * 10_000 + b"}", "It contains a number that is too long.", None),
    ],
)
def test_what_is_no_json_is_reported_where_it_is_also_in_what_is_passed_over(
    text: bytes, said: str, line: int | None
) -> None:
    if "number" in said and not sys.get_int_max_str_digits():
        pytest.skip("this Python reads numbers of any length")
    with pytest.raises(Malformed) as caught:
        json_parts.pick(text, {"a": None})
    assert (str(caught.value), caught.value.line) == (said, line)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abé😀"), inner, max_size=3),
    max_leaves=12,
)


def kept(value: object, shape: json_parts.Shape | None) -> object:
    if shape is None or not isinstance(value, dict):
        return value
    wanted = {key: shape[key if key in shape else json_parts.ANY] for key in value
              if key in shape or json_parts.ANY in shape}  # fmt: skip
    return {key: kept(value[key], inner) for key, inner in wanted.items()}


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_reads(value: object, ascii: bool, indent: int | None) -> None:
    shape: json_parts.Shape = {"a": None, "é": {json_parts.ANY: {"b": None}}, "😀": {"a": None}}
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert json_parts.pick(f" {text}\n".encode(), shape).data == kept(value, shape)
