"""Reads the hooks in keyrack's own file."""

from __future__ import annotations

import os
import stat

from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks, hooks_of
from keyrack.system import files, paths
from keyrack.system.paths import Env


def read(env: Env, platform: str) -> Hooks:
    """The hooks. Wrong ones are left out: they are reported where the file's servers are read.

    Raises KeyrackError if the file can't be read, or names commands and can be changed by other users.
    """
    path = paths.config_file(env, platform)
    try:
        text = files.read_text(path)
    except files.NoFile:
        return Hooks()
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} No hooks are run.") from None
    from keyrack.system import toml

    try:
        hooks = hooks_of(toml.parse(text), lambda sentence: None)
    except files.Malformed as error:
        raise KeyrackError(f"{path}: {error} No hooks are run.") from None
    if hooks.commands and os.name == "posix":
        _refuse_of_others(path)
    folder = paths.config_dir(env, platform)
    commands = {
        event: (_program(env, platform, command[0], folder), *command[1:])
        for event, command in hooks.commands.items()
    }
    return hooks._replace(commands=commands)


def _program(env: Env, platform: str, word: str, folder: str) -> str:
    """A name is looked for on the PATH; a path starts at the home folder or at the file's."""
    return paths.expand(env, platform, word, folder) if "/" in word or "\\" in word else word


def _refuse_of_others(path: str) -> None:
    """As ssh does with its configuration: who can change the file could run commands as this user."""
    real = os.path.realpath(path)
    for each in (real, os.path.dirname(real)):
        status = os.stat(each)
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or status.st_uid not in (0, os.getuid()):
            raise KeyrackError(
                f"Other users can change {each}, so the hooks in {path} are not run.",
                hint=f"Run: chmod go-w {each}",
            )
