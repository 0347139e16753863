"""The commands in the README and in the page about the configuration work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from keyrack import wiring
from keyrack.cli.parse import parse
from keyrack.cli.verbs import module_of
from keyrack.operations.login.login import login
from keyrack.operations.servers.find import find
from support.authserver import AuthServer
from support.keychain import private_keychain
from support.signing_in import Person

ROOT = Path(__file__).parents[2]
README = "".join((ROOT / page).read_text() for page in ("README.md", "docs/CONFIGURATION.md"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_lines_of_python_run_with_the_credential_of_the_keychain(
    sdk_server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with private_keychain() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        person = Person()
        adapters = wiring.adapters(browse=person)
        login(adapters, find(adapters, sdk_server.mcp_url))
        person.leave()
        [lines] = blocks("python")
        told: list[int] = []
        lines = lines.replace("https://mcp.linear.app/mcp", sdk_server.mcp_url)
        lines = lines.replace("    client.post(", "    reply = client.post(")
        lines += "\ntold.append(reply.status_code)"
        exec(compile(lines, "README.md", "exec"), {"told": told})
        assert told and told[0] not in (401, 403)


COMMANDS = [
    words
    for block in blocks("sh")
    for line in block.splitlines()
    for words in [re.search(r"(?:\$\(|^)(keyrack [^)#<>|]*)", line)]
    if words
] + list(re.finditer(r"`(keyrack [a-z][^`]*)`", README))


@pytest.mark.parametrize("found", COMMANDS, ids=lambda found: found[1])
def test_every_command_is_one_that_keyrack_knows(found: re.Match[str]) -> None:
    text = re.sub(r"\[([^]]*)\]", r"\1", found[1]).replace("NAME\\|URL", "NAME").replace("NAME|URL", "NAME")
    _, verb, *words = shlex.split(text)
    parse(module_of(verb).VERB, words)
