"""Shells: finds the command in their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from keyrack.sources.bridges.command_line import Command, after_options, in_text
from keyrack.sources.bridges.shell_words import with_variables

SH_VALUES = ("-o", "-O", "+o", "+O", "--rcfile", "--init-file")
WSL_VALUES = ("-d", "--distribution", "--distribution-id", "-u", "--user", "--cd", "--shell-type")
POWERSHELL_VALUES = ("executionpolicy", "ep", "ex", "windowstyle", "w", "outputformat", "of", "inputformat",
                     "version", "workingdirectory", "wd", "psconsolefile", "configurationname")  # fmt: skip


def sh(command: Command) -> list[Command]:
    words = command.words
    for i, word in enumerate(words):
        if re.fullmatch(r"-[a-zA-Z]*c[a-zA-Z]*", word):
            rest = after_options(words[i + 1 :], SH_VALUES)
            return in_text(command, rest[0], "sh") if rest else []
        if not word.startswith(("-", "+")) and not (i and words[i - 1] in SH_VALUES):
            return []  # a script
    return []


def cmd(command: Command) -> list[Command]:
    words = command.words
    while words and words[0].startswith("/"):
        words = words[1:]
    if len(words) == 1:
        return in_text(command, words[0], "cmd")
    # cmd gets them as one line, with words that contain spaces in quotes.
    plain = tuple(with_variables(word.replace("^&", "&"), "cmd") for word in words)
    return [command._replace(words=plain, filled_by="cmd")]


def powershell(command: Command) -> list[Command]:
    words = command.words
    for i, word in enumerate(words):
        option = word.lower()[1:] if word[:1] in ("-", "/") else ""
        if option and "command".startswith(option):
            return in_text(command, " ".join(words[i + 1 :]), "powershell")
        if not option and not (i and words[i - 1].lower()[1:] in POWERSHELL_VALUES):
            return in_text(command, " ".join(words[i:]), "powershell")
        if option in ("file", "f", "encodedcommand", "ec", "e"):
            return []
    return []


def wsl(command: Command) -> list[Command]:
    """Without -e, the distribution's own shell interprets the words."""
    rest = after_options(command.words, WSL_VALUES)
    if rest[:1] == ("~",):
        rest = after_options(rest[1:], WSL_VALUES)
    return in_text(command, rest[0], "sh") if len(rest) == 1 else [command.to(rest)]


SHELLS: Mapping[str, Callable[[Command], list[Command]]] = {
    **dict.fromkeys(("sh", "bash", "zsh", "dash", "ash", "ksh", "fish"), sh),
    **dict.fromkeys(("powershell", "pwsh"), powershell),
    "cmd": cmd,
    "wsl": wsl,
}
