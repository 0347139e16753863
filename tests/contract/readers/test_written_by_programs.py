"""What keyrack finds in files that the real programs wrote."""

import shutil
from pathlib import Path

import pytest

from contract.readers.reader_cases import CASES
from contract.readers.reader_kit import Case, found_in
from keyrack.domain.reading import Reading
from keyrack.sources.reader import read_all

FILES = Path(__file__).with_name("fixtures")
WRITTEN = [case for case in CASES if case.found]


def read(client: str, home: Path, **env: str) -> Reading:
    shutil.copytree(FILES / client, home, dirs_exist_ok=True)
    return read_all({"HOME": str(home), **env}, "linux", str(home / "project"))


@pytest.mark.parametrize("case", WRITTEN, ids=str)
def test_its_servers_are_found_as_the_program_sees_them(case: Case, tmp_path: Path) -> None:
    reading = read(case.client, tmp_path)
    assert found_in(reading) == list(case.found)
    assert {source.client for server in reading.servers for source in server.sources} == {case.client}
    assert all("client secret" in problem.sentence for problem in reading.problems)
    shown = repr(reading)
    assert not [word for word in shown.split("'") if word.startswith(("DUMMY03", "DUMMY1", "plain-key"))]


def test_each_program_has_files() -> None:
    elsewhere = {"keyrack", "mcp", "mcp-use", "Cursor", "VS Code"}  # test_sources_programs.py has theirs
    for case in CASES:
        assert case.found or case.client in elsewhere, (
            f"Add `found=` to the Case of {case.client}: the servers in {FILES.name}/{case.client}."
        )
        assert (FILES / case.client).is_dir() or case.client in elsewhere, (
            f"Add {FILES.name}/{case.client}: a home folder with a file that {case.client} wrote."
        )
    for folder in FILES.iterdir():
        assert folder.name in {case.client for case in WRITTEN}, f"No Case has the fixture {folder.name}."


@pytest.mark.parametrize(("client", "server", "header", "env", "sent"), [
    ("Gemini CLI", "hdr", "X-A", {"GTOK": "t"}, "t"),
    ("Gemini CLI", "hdr", "X-B", {"GTOK": "t"}, "t"),
    ("Gemini CLI", "hdr", "X-C", {}, "dft"),
    ("Gemini CLI", "hdr", "X-D", {}, ""),
    ("Gemini CLI", "hdr", "X-E", {"GTOK": "t"}, ""),
    ("Qwen Code", "hdr", "X-Dollar", {"QTOK": "t"}, "t"),
    ("opencode", "hdr (opencode)", "Authorization", {"OCTOK": "t"}, "Bearer t"),
    ("opencode", "hdr", "X-S", {}, "${HOME}"),
    ("Kilo", "hdr", "Authorization", {"KTOK": "t"}, "Bearer t"),
    ("Kimi Code", "hdr", "Authorization", {"KTOK": "t"}, "Bearer t"),
    ("Kimi Code", "hdr", "X-A", {"KTOK": "t"}, "${KTOK}"),
    ("Cline", "hdr", "X-B", {"CLTOK": "t"}, "${CLTOK}"),
    ("Copilot CLI", "hdr", "X-Two", {"LABVAR": "t"}, "t"),
    ("Continue", "hdr", "Authorization", {"CNTOK": "t"}, "Bearer t"),
    ("Continue", "hdr", "X-B", {"CNTOK": "t"}, "${CNTOK}"),
    ("mcporter", "hdr", "Authorization", {"MPTOK": "t"}, "Bearer t"),
    ("Windsurf", "a", "Authorization", {"WTOK": "t"}, "Bearer t"),
    ("Kiro", "api", "Authorization", {"API_TOKEN": "t"}, "Bearer t"),
    ("Crush", "far", "Authorization", {"CTOK": "t"}, "Bearer t"),
    ("Droid", "far", "X-Key", {"DKEY": "t"}, "t"),
    ("goose", "far", "Authorization", {"FAR_TOKEN": "t"}, "Bearer t"),
])  # fmt: skip
def test_variables_are_filled_in_as_the_program_does(
    tmp_path: Path, client: str, server: str, header: str, env: dict[str, str], sent: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(FILES / client, home)
    if client == "mcporter":  # a project's file gets no variables
        (home / "project" / "config").rename(home / ".mcporter")
    reading = read_all({**env, "HOME": str(home)}, "linux", str(home / "elsewhere"))
    [found] = [each for each in reading.servers if each.name == server]
    [value] = [each.value for each in found.headers if each.name == header]
    assert value.reveal() == sent
