"""The command of a configuration entry, and helpers for those who read one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.bridges.shell_words import Shell, commands

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
ENDING = re.compile(r"\.(?:exe|cmd|bat|com|ps1)$", re.IGNORECASE)
# npm: mcp-remote@0.1.30, github:owner/mcp-remote#main; PyPI: mcp-proxy==0.8.0, mcp-proxy[extra]
VERSION = re.compile(r"(?<=[\w.-])(?:@|[=<>~!#\[]).*$")
# The program of a command in a single string: a Windows path may contain spaces.
WINDOWS_PROGRAM = re.compile(r"\s*([A-Za-z]:[\\/][^\"]*?\.(?:exe|cmd|bat|com))(?=\s|$)", re.IGNORECASE)


class Command(NamedTuple):
    """A program and its arguments."""

    words: tuple[str, ...]
    env: Mapping[str, str] = {}  # what the command line itself sets
    filled_by: Shell | None = None  # the shell that has filled in the variables of `words`

    def to(self, words: Sequence[str]) -> Command:
        """The same with other words: the command that this program starts."""
        return self._replace(words=tuple(words))


def name_of(word: str) -> str:
    """The program's name without folder, extension and version."""
    name = ENDING.sub("", word.strip().replace("\\", "/").rpartition("/")[2])
    return VERSION.sub("", name).lower()


def assigned(command: Command) -> Command:
    """The command with leading NAME=VALUE words moved to its environment."""
    words, env = list(command.words), dict(command.env)
    while words and ASSIGNMENT.match(words[0]):
        name, _, env[name] = words.pop(0).partition("=")
    return command._replace(words=tuple(words), env=env)


def after_options(words: Sequence[str], with_value: Collection[str] = ()) -> tuple[str, ...]:
    """The words after the options. `with_value`: options whose value is the next word."""
    i = 0
    while i < len(words) and words[i].startswith("-"):
        if words[i] == "--":
            return tuple(words[i + 1 :])
        i += 2 if words[i] in with_value else 1
    return tuple(words[i:])


def in_text(command: Command, text: str, shell: Shell, more: Sequence[str] = ()) -> list[Command]:
    """The commands in a text for a shell; `more` are words after the last one."""
    program = WINDOWS_PROGRAM.match(text)
    found = commands(text[program.end() :] if program else text, shell)
    if program:
        found = [[program[1], *(found[0] if found else ())]]
    if found:
        found[-1] = [*found[-1], *more]
    return [command._replace(words=tuple(words), filled_by=shell) for words in found]
