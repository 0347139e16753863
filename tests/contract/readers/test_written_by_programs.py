"""Files that the real programs wrote, and what keyrack finds in them. Their secrets are replaced by DUMMY….

Claude Code 2.1.197, Codex 0.171.0, Gemini CLI 0.61.0, Qwen Code 0.15.10, opencode 1.18.33, Kilo 7.7.9,
Copilot CLI 1.0.102, Cline 3.0.65, mcporter 0.9.0, Mistral Vibe 3.0.2, Kimi Code 2.1.0 and Continue 1.5.47
ran; the files of the others follow their documentation.
"""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from keyrack.domain.reading import Reading
from keyrack.sources.programs import MCP, MCP_USE, OWN, PROGRAMS
from keyrack.sources.reader import read_all

FILES = Path(__file__).with_name("fixtures")


class Found(NamedTuple):
    """A server as it is listed. A header may be in plain text, or known to its program only."""

    name: str
    place: str  # its address, or the program of its command
    headers: tuple[str, ...] = ()
    transport: str = "http"
    disabled: bool = False
    client_id: str | None = None


EXPECTED: dict[str, list[Found]] = {
    "Amazon Q": [
        Found("far", "https://far.example.com/mcp", headers=("X-Key: ${env:QKEY}",)),
        Found("git", "uvx", transport="stdio", disabled=True),
    ],
    "Amp": [
        Found("far", "https://far.example.com/mcp", headers=("Authorization: Bearer ${ATOK}",)),
        Found("browser", "npx", transport="stdio"),
    ],
    "Antigravity": [
        Found("far", "https://far.example.com/mcp", headers=("Authorization: Bearer ●●●●●●●● (literal)",)),
        Found("off", "npx", transport="stdio", disabled=True),
    ],
    "Claude Code": [
        Found("preg", "http://127.0.0.1:9102/mcp", client_id="DUMMY007wxy"),
    ],
    "Claude Desktop": [
        Found("files", "npx", transport="stdio"),
        Found("far", "https://far.example.com/mcp", headers=("Authorization: ${AUTH} (literal)",)),
    ],
    "Cline": [
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found(
            "hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ●●●●●●●●", "X-B: ●●●●●●●●")
        ),
    ],
    "Codex": [
        Found("tap", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ${TAP_TOKEN}",)),
        Found("stdio1", "/bin/echo", transport="stdio"),
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("helped", "http://127.0.0.1:9200/mcp", headers=("X-Static: ●●●●●●●● (literal)",)),
        Found("short", "http://127.0.0.1:9104/mcp"),
        Found("preg", "http://127.0.0.1:9104/mcp", client_id="static-conf"),
    ],
    "Continue": [
        Found(
            "hdr",
            "http://127.0.0.1:9200/mcp",
            headers=("Authorization: Bearer ${{ secrets.CNTOK }}", "X-B: ●●●●●●●●", "X-C: ●●●●●●●●"),
        ),
        Found(
            "keyed", "http://127.0.0.1:9200/mcp?k=1", headers=("Authorization: Bearer ●●●●●●●● (literal)",)
        ),
        Found("lab", "http://127.0.0.1:9102/mcp"),
    ],
    "Copilot CLI": [
        Found(
            "hdr",
            "http://127.0.0.1:9200/mcp",
            headers=("Authorization: Bearer ●●●●●●●● (literal)", "X-Two: ${LABVAR}"),
        ),
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("short", "http://127.0.0.1:9104/mcp", disabled=True),
    ],
    "Crush": [
        Found(
            "far",
            "https://far.example.com/mcp",
            headers=("Authorization: Bearer $CTOK", "X-Run: $(pass show crush) (asked)"),
        ),
        Found("events", "https://events.example.com/sse", transport="sse", disabled=True),
    ],
    "Droid": [
        Found("far", "https://far.example.com/mcp", headers=("X-Key: ${DKEY:-●●●●●●●●} (literal)",)),
        Found("off", "https://off.example.com/mcp", disabled=True),
    ],
    "Gemini CLI": [
        Found(
            "hdr",
            "http://127.0.0.1:9200/mcp",
            headers=(
                "Authorization: Bearer ●●●●●●●● (literal)",
                "X-A: $GTOK",
                "X-B: ${GTOK}",
                "X-C: ${NOPE:-●●●●●●●●} (literal)",
                "X-D: $NOPE2",
                "X-E: ${env:GTOK}",
            ),
        ),
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("short", "http://127.0.0.1:9104/mcp"),
    ],
    "goose": [
        Found("far", "https://far.example.com/mcp", headers=("Authorization: Bearer $FAR_TOKEN",)),
        Found("old", "https://old.example.com/sse", transport="sse", disabled=True),
        Found("github", "npx", transport="stdio"),
    ],
    "Kilo": [
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer {env:KTOK}",)),
    ],
    "Kimi Code": [
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found(
            "hdr",
            "http://127.0.0.1:9200/mcp",
            headers=(
                "Authorization: Bearer ${KTOK}",
                "X-A: ●●●●●●●●",
                "X-B: ●●●●●●●● (literal)",
                "X-C: ●●●●●●●●",
            ),
        ),
    ],
    "Kiro": [
        Found("api", "https://api.example.com/mcp", headers=("Authorization: Bearer ${API_TOKEN}",)),
        Found("off", "uvx", transport="stdio", disabled=True),
        Found("ours", "https://ours.example.com/mcp"),
    ],
    "LM Studio": [
        Found("hf", "https://hf.example.com/mcp", headers=("Authorization: Bearer ●●●●●●●● (literal)",)),
    ],
    "mcp-use (TypeScript)": [Found("lab", "http://127.0.0.1:9102/mcp")],
    "mcporter": [
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ${MPTOK}",)),
    ],
    "opencode": [
        Found(
            "hdr",
            "http://127.0.0.1:9200/mcp",
            headers=(
                "Authorization: Bearer {file:/run/user/1000/token} (asked)",
                "X-U: {env:NOPE}",
                "X-S: ●●●●●●●●",
            ),
        ),
        Found("off", "http://127.0.0.1:9200/mcp?off", disabled=True),
        Found("hdr (opencode)", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer {env:OCTOK}",)),
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("short", "http://127.0.0.1:9104/mcp"),
    ],
    "Qoder": [
        Found("far", "https://far.example.com/sse", transport="sse"),
    ],
    "Qwen Code": [
        Found(
            "hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ${QTOK}", "X-Dollar: $QTOK")
        ),
        Found("lab", "http://127.0.0.1:9102/mcp"),
        Found("short", "http://127.0.0.1:9104/mcp", client_id="DUMMY018zwxyz"),
    ],
    "Roo Code": [
        Found(
            "far",
            "https://far.example.com/mcp",
            headers=("Authorization: Bearer ${env:RTOK}",),
            disabled=True,
        ),
        Found("near", "https://near.example.com/sse", transport="sse"),
    ],
    "Trae": [
        Found("far", "https://far.example.com/mcp", headers=("X-Key: ●●●●●●●● (literal)",)),
    ],
    "Mistral Vibe": [
        Found("hdr", "http://127.0.0.1:9200/mcp"),
        Found("lab", "http://127.0.0.1:9102/mcp"),
    ],
    "Windsurf": [
        Found("a", "https://a.example.com/mcp", headers=("Authorization: Bearer ${env:WTOK}",)),
        Found("off", "https://off.example.com/mcp", disabled=True),
        Found("jetbrains", "https://jetbrains.example.com/sse", transport="sse"),
    ],
    "Zed": [
        Found("local", "npx", transport="stdio"),
        Found("old", "uvx", transport="stdio"),
        Found("far", "https://far.example.com/mcp", headers=("X-Team: ●●●●●●●●",)),
        Found("off", "https://off.example.com/mcp", disabled=True),
    ],
}


def read(client: str, home: Path, **env: str) -> Reading:
    shutil.copytree(FILES / client, home, dirs_exist_ok=True)
    return read_all({"HOME": str(home), **env}, "linux", str(home / "project"))


def found_in(reading: Reading) -> list[Found]:
    return [
        Found(
            server.name,
            server.url or server.command or "",
            tuple(
                f"{header.name}: {header.reference}"
                + " (literal)" * header.plaintext
                + " (asked)" * header.asked
                for header in server.headers
            ),
            server.transport,
            all(source.disabled for source in server.sources),
            server.client.client_id,
        )
        for server in reading.servers
    ]


@pytest.mark.parametrize("client", EXPECTED)
def test_its_servers_are_found_as_the_program_sees_them(client: str, tmp_path: Path) -> None:
    reading = read(client, tmp_path)
    assert found_in(reading) == EXPECTED[client]
    assert {source.client for server in reading.servers for source in server.sources} == {client}
    assert all("client secret" in problem.sentence for problem in reading.problems)
    shown = repr(reading)
    assert not [word for word in shown.split("'") if word.startswith(("DUMMY03", "DUMMY1", "plain-key"))]


def test_each_program_has_files() -> None:
    elsewhere = {OWN.name, MCP_USE.name, MCP.name, "Cursor", "VS Code"}  # test_sources_programs.py
    assert (
        {each.name for each in PROGRAMS} - elsewhere
        == set(EXPECTED)
        == {path.name for path in FILES.iterdir()}
    )


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
