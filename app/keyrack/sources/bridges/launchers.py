"""Finds the bridge that a configured command starts, through any launchers and shells in between.

A program is recognized by its name and its position in the command. An unknown program starts nothing,
so a local server whose arguments merely mention a bridge stays a local server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.bridges.command_line import ASSIGNMENT, Command, assigned, in_text, name_of
from keyrack.sources.bridges.launch_packages import PACKAGES
from keyrack.sources.bridges.launch_shells import SHELLS

MOST = 40  # commands examined per entry
BRIDGES = {"mcp-remote": "mcp-remote", "mcp-remote-client": "mcp-remote", "mcp-proxy": "mcp-proxy",
           "mcp_proxy": "mcp-proxy", "keyrack": "keyrack"}  # fmt: skip
LAUNCHERS = {**SHELLS, **PACKAGES}
# They run the command after their own options.
WRAPPERS = frozenset((
    "env", "cross-env", "sudo", "doas", "nice", "ionice", "nohup", "setsid", "stdbuf", "timeout", "time",
    "exec", "command", "call", "start", "caffeinate", "direnv", "asdf", "volta", "fnm", "nvm",
    "flatpak-spawn", "systemd-run",
))  # fmt: skip
# The same, but words before a -- are theirs: aws-vault exec PROFILE -- npx …
PROVIDERS = frozenset(("op", "doppler", "infisical", "chamber", "aws-vault", "dotenv", "dotenvx", "mise"))
WINDOWS_PATH = re.compile(r"\s*\"?[A-Za-z]:\\")
# Words between a wrapper and its command: op run, timeout 30s, direnv exec ., start "" /b
BETWEEN = re.compile(r"run|exec|x|\d+(?:\.\d+)?[smhd]?|\.{1,2}/?|/[a-zA-Z]{1,4}|")


class Bridge(NamedTuple):
    """A bridge, and the command that starts it."""

    program: str  # a value of BRIDGES
    command: Command  # its words are the bridge's arguments


def find_bridge(program: str, args: Sequence[str]) -> Bridge | None:
    """The bridge that this command starts; None for any other program."""
    todo = [Command((program, *args))]
    for _ in range(MOST):
        if not todo:
            return None
        command = assigned(todo.pop(0))
        if not command.words:
            continue
        first, *rest = command.words
        name = name_of(first)
        if _is_line(first, rest):
            shell = command.filled_by or ("cmd" if WINDOWS_PATH.match(first) else "sh")
            todo += in_text(command, first, shell, rest)
        elif name in BRIDGES:
            return Bridge(BRIDGES[name], command.to(rest))
        elif name in LAUNCHERS:
            todo += LAUNCHERS[name](command.to(rest))
        elif name in PROVIDERS and "--" in rest:
            todo.append(command.to(rest[rest.index("--") + 1 :]))
        elif name in WRAPPERS or name in PROVIDERS:
            todo += _wrapped(command.to(rest))
    return None


def _is_line(word: str, rest: Sequence[str]) -> bool:
    """Is the word a command line, rather than a program in a folder with spaces?"""
    before, space, _ = word.strip().partition(" ")
    if not space:
        return False
    known = name_of(word) in BRIDGES or name_of(word) in LAUNCHERS
    return not (known and rest and ("/" in before or "\\" in before))


def _wrapped(command: Command) -> list[Command]:
    words, env = command.words, dict(command.env)
    for i, word in enumerate(words):
        if word == "--":
            return [command._replace(words=words[i + 1 :], env=env)]
        if word in ("-S", "--split-string"):
            return in_text(command, words[i + 1], "sh", words[i + 2 :]) if i + 1 < len(words) else []
        name = name_of(word)
        if name in BRIDGES or name in LAUNCHERS or name in WRAPPERS:
            return [command._replace(words=words[i:], env=env)]
        if ASSIGNMENT.match(word):
            variable, _, env[variable] = word.partition("=")
        elif not (word.startswith("-") or BETWEEN.fullmatch(word) or (i and words[i - 1].startswith("-"))):
            return []  # this command is something else
    return []
