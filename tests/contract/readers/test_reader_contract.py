"""How every configuration reader treats valid, damaged and hostile files."""

import os
import re
from pathlib import Path

import pytest

from contract.readers.reader_cases import CASES
from contract.readers.reader_kit import Desk
from keyrack.domain.errors import KeyrackError
from keyrack.sources.edit import NotMovable
from keyrack.sources.programs import MCP_USE, OWN, PROGRAMS, edit_of
from keyrack.sources.rewriting import rewrite

GOOD = {"url": "https://good.example.com/mcp"}


@pytest.fixture(params=CASES, ids=str)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(request.param, tmp_path)


def broken(desk: Desk, *words: str, line: int | None = None) -> None:
    reading = desk.read()
    assert desk.place(reading).found == "broken"
    [problem] = reading.problems
    assert (problem.client, problem.path) == (desk.case.client, str(desk.path))
    assert all(word in problem.sentence for word in words), problem.sentence
    assert problem.sentence.endswith(".")
    if line is not None:
        assert problem.line == line


def test_a_server_is_found_with_its_place(desk: Desk) -> None:
    desk.put({"good": GOOD})
    reading = desk.read()
    [server] = reading.servers
    assert (server.name, server.url, server.transport) == ("good", GOOD["url"], "http")
    [source] = server.sources
    assert (source.client, source.path, source.name) == (desk.case.client, str(desk.path), "good")
    assert not reading.problems
    assert desk.place(reading).found == "1 server"


def test_a_missing_file_is_no_file(desk: Desk) -> None:
    reading = desk.read()
    assert desk.place(reading).found == "no file"
    # Only a file that the user named himself is missed.
    assert len(reading.problems) == (desk.case.client == "mcp-use")


def test_an_empty_file_holds_nothing_and_is_no_problem(desk: Desk) -> None:
    desk.path.write_text("\n")
    reading = desk.read()
    assert desk.place(reading).found == "empty"
    assert reading.problems == ()


def test_a_file_without_servers_is_no_problem(desk: Desk) -> None:
    own = desk.case.client == "keyrack"  # it knows all that may stand there
    desk.path.write_text("config_files = []" if own else desk.case.syntax.dump({"other": 1}))
    reading = desk.read()
    assert desk.place(reading).found == "no servers"
    assert reading.problems == ()


def test_a_broken_file_is_named_with_its_line(desk: Desk) -> None:
    desk.path.write_text(desk.case.syntax.broken)
    broken(desk, "not valid", line=2)
    assert "sk-hidden" not in repr(desk.read())


def test_a_file_that_is_being_written_is_broken_until_it_is_whole(desk: Desk) -> None:
    desk.path.write_text(desk.case.syntax.half)
    assert "good.exam" not in repr(desk.read())
    broken(desk)
    desk.put({"good": GOOD})
    assert [server.url for server in desk.read().servers] == [GOOD["url"]]


def test_an_encrypted_file_is_refused(desk: Desk) -> None:
    desk.path.write_bytes(b"age-encryption.org/v1\n-> X25519 a\n\x93\xff\x00\xfe")
    broken(desk, "UTF-8", line=3)


def test_a_byte_order_mark_is_no_matter(desk: Desk) -> None:
    desk.path.write_bytes(b"\xef\xbb\xbf" + desk.case.write({"good": GOOD}).encode())
    assert [server.name for server in desk.read().servers] == ["good"]


def test_utf_16_is_refused(desk: Desk) -> None:
    desk.path.write_bytes(desk.case.write({"good": GOOD}).encode("utf-16"))
    broken(desk, "UTF-16")


def test_other_bytes_are_refused_with_their_line(desk: Desk) -> None:
    desk.path.write_bytes(b"\n\n\xe9\n")
    broken(desk, "UTF-8", line=3)


def test_a_folder_is_refused(desk: Desk) -> None:
    desk.path.mkdir()
    broken(desk, "folder")


def test_a_dangling_link_is_refused(desk: Desk) -> None:
    desk.path.symlink_to(desk.home / "gone")
    broken(desk, "link")


def test_a_link_in_a_circle_is_refused(desk: Desk) -> None:
    desk.path.symlink_to(desk.path)
    broken(desk, "can't be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk.path)
    broken(desk, "pipe")


def test_an_unreadable_file_is_reported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put({"good": GOOD})
    real = os.open

    def refuse(path, *rest, **more):  # root may read everything, so permissions prove nothing
        if path == str(desk.path):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    broken(desk, "permission")


def test_a_file_that_is_too_large_is_refused_unread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Claude Code's holds its history too, and has a limit of its own.
    limit = 512 if desk.case.client == "Claude Code" else 8
    with desk.path.open("wb") as file:
        file.truncate((limit + 50) * 1024 * 1024)
    real = os.open
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda path, *rest: (opened.append(path), real(path, *rest))[1])
    broken(desk, f"{limit + 50} MB", f"{limit} MB")
    assert str(desk.path) not in opened


def test_a_nesting_bomb_is_refused(desk: Desk) -> None:
    desk.path.write_text(desk.case.syntax.nested)
    broken(desk, "nested")


def test_a_very_long_number_is_refused(desk: Desk) -> None:
    desk.path.write_text(desk.case.syntax.number)
    broken(desk, "number")


def test_a_broken_entry_hides_no_other(desk: Desk) -> None:
    desk.put(
        {
            "one": GOOD,
            "text": "sk-hidden",
            "number": {"url": 7},
            "nothing": {},
            "two": {"url": "https://two.example.com/mcp"},
        }
    )
    reading = desk.read()
    assert [server.name for server in reading.servers if server.url] == ["one", "two"]
    assert [server.name for server in reading.servers if server.problem] == [
        *("(no name)" if desk.case.is_list else "text", "number", "nothing")
    ]
    assert [problem.entry for problem in reading.problems] == [
        *("(no name)" if desk.case.is_list else "text", "number", "nothing")
    ]
    assert "sk-hidden" not in repr(reading)


def test_fields_of_a_wrong_type_are_said_and_the_server_stays(desk: Desk) -> None:
    desk.put({"good": {**GOOD, "headers": ["x"], "type": 5}})
    reading = desk.read()
    assert reading.servers[0].url == GOOD["url"]
    assert all(problem.entry == "good" for problem in reading.problems)
    sentences = " ".join(problem.sentence for problem in reading.problems)
    assert "headers” should be an object, but is a list" in sentences
    assert "“type” should be text, but is a number" in sentences


def test_a_root_of_a_wrong_type_is_reported(desk: Desk) -> None:
    desk.path.write_text(desk.case.syntax.dump({desk.case.root: 1}))
    reading = desk.read()
    wanted = "a list" if desk.case.is_list else "an object"
    assert f"should be {wanted}, but is a number" in " ".join(each.sentence for each in reading.problems)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:pass-word@host.example/mcp",
        "https://host.example/mcp#part",
        "host.example/mcp",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "",
        "https://",
        "https://h.example/a b",
        "https://h.example:99999/",
    ],
)
def test_a_bad_address_is_listed_with_its_reason_and_not_shown(desk: Desk, url: str) -> None:
    desk.put({"bad": {"url": url}, "good": GOOD})
    reading = desk.read()
    bad, good = reading.servers
    assert (bad.name, bad.url) == ("bad", None)
    assert bad.problem and bad.problem == reading.problems[0].sentence
    assert reading.problems[0].entry == "bad"
    assert "pass-word" not in repr(reading)
    assert good.url == GOOD["url"]


def test_a_repeated_key_is_reported(desk: Desk) -> None:
    one = desk.case.write({"good": GOOD})
    if desk.case.syntax.twice_is_an_error:
        desk.path.write_text(one + one)
        broken(desk, "not valid TOML")
        return
    line = next(line for line in one.splitlines() if GOOD["url"] in line)
    comma = "," if one.startswith("{") else ""
    second = line.replace("good", "second").replace("- ", "  ")
    desk.path.write_text(one.replace(line, f"{line.rstrip(',')}{comma}\n{second}"))
    reading = desk.read()
    assert reading.servers[0].url == "https://second.example.com/mcp"
    assert re.search(r"“\w+” appears twice", reading.problems[0].sentence)


def test_a_literal_token_is_masked_and_never_in_a_repr(desk: Desk) -> None:
    desk.put({"good": {**GOOD, "headers": {"Authorization": "Bearer sk-hidden"}}})
    reading = desk.read()
    [header] = reading.servers[0].headers
    assert header.value.reveal() == "Bearer sk-hidden"
    assert header.plaintext and not header.is_empty
    assert header.reference.startswith("Bearer ●")
    assert header.source == reading.servers[0].sources[0]
    assert reading.servers[0].plaintext_headers == (header,)
    # Some programs have no way to name a variable.
    assert bool(header.not_movable_because) == isinstance(edit_of(desk.case.client), NotMovable)
    assert "sk-hidden" not in repr(reading)


def test_stdio_shows_its_program_and_variables_but_no_argument(desk: Desk) -> None:
    desk.put(
        {
            "local": {
                "command": "npx",
                "args": ["-y", "server", "--token", "sk-hidden"],
                "env": {"SET": "sk-hidden", "UNSET": ""},
            }
        }
    )
    [server] = desk.read().servers
    assert (server.transport, server.url, server.command) == ("stdio", None, "npx")
    assert server.variables == (("SET", True), ("UNSET", False))
    assert "sk-hidden" not in repr(server)


def test_the_mcp_remote_bridge_is_a_remote_server(desk: Desk) -> None:
    desk.put(
        {
            "far": {
                "command": "npx",
                "env": {"AUTH": "Bearer sk-hidden"},
                "args": [
                    "-y",
                    "mcp-remote@latest",
                    "https://far.example.com/sse",
                    "9000",
                    "--transport",
                    "sse-only",
                    "--header",
                    "Authorization:${AUTH}",
                ],
            }
        }
    )
    [server] = desk.read().servers
    assert (server.url, server.transport, server.command) == ("https://far.example.com/sse", "sse", None)
    [header] = server.headers
    assert (header.name, header.reference, header.plaintext) == ("Authorization", "${AUTH}", True)
    assert header.value.reveal() == "Bearer sk-hidden"
    assert server.client.callback_port == 9000


def test_a_fault_in_the_reader_hides_no_other_program(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyrack.sources.parsing import entries

    def fail(*rest: object, **more: object) -> None:
        raise RuntimeError("sk-hidden")

    desk.put({"good": GOOD})
    monkeypatch.setattr(entries, "add", fail)
    reading = desk.read()
    assert desk.place(reading).found == "broken"
    assert "RuntimeError" in reading.problems[0].sentence
    assert "sk-hidden" not in repr(reading)


def test_names_are_kept_but_not_without_end(desk: Desk) -> None:
    desk.put({"\x1b[31mred": GOOD, "n" * 5000: {"url": "https://b.example/"}})
    names = [server.name for server in desk.read().servers]
    assert names[0] == "\x1b[31mred"
    assert len(names[1]) == 200


def test_a_secret_is_replaced_by_a_variable_or_the_user_is_told_why_not(desk: Desk) -> None:
    desk.put({"a": {**GOOD, "headers": {"X-Api-Key": "sk-hidden-1"}}})
    [header] = desk.read().servers[0].plaintext_headers
    by_hand = rewrite.by_hand(header, "A_KEY")
    if by_hand is not None:
        assert "A_KEY" in by_hand and "sk-hidden" not in by_hand
    elif header.not_movable_because:
        with pytest.raises(KeyrackError, match="can't be moved"):
            rewrite.rewrite(header, "A_KEY", GOOD["url"])
    else:
        rewrite.apply(rewrite.rewrite(header, "A_KEY", GOOD["url"]), lambda edit: None)
        [header] = desk.read(A_KEY="sk-hidden-2").servers[0].headers
        assert header.value.reveal() == "sk-hidden-2" and "sk-hidden-1" not in desk.path.read_text()


def test_every_program_has_a_case() -> None:
    with_case, listed = {case.client for case in CASES}, {each.name for each in (OWN, MCP_USE, *PROGRAMS)}
    assert listed - with_case == set(), "Add a Case to reader_cases.py for each of these."
    assert with_case - listed == set(), "These are not in PROGRAMS."
