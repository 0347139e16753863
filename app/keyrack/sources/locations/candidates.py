"""A file that may exist, and where to look for it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from keyrack.domain.named_tuple import NamedTuple
from keyrack.system.paths import Env, config_home, home, is_absolute, join

MOST_FOLDERS = 200


class Candidate(NamedTuple):
    """A file that may exist."""

    path: str
    scope: str = ""  # "user", "project /path"
    trusted: bool = True  # False: a project's own file, which a stranger may have written
    is_large: bool = False  # contains more than settings, and may be very large
    env: Mapping[str, str] = {}  # variables that the program itself defines for it
    has_servers: bool = True  # False: only settings, such as which servers are switched off


class Search(NamedTuple):
    """Where to look from."""

    env: Env
    platform: str
    cwd: str
    listed: list[str] | None = None  # if given, gets the folders that are listed

    def at_home(self, *parts: str) -> str:
        return join(self.platform, home(self.env, self.platform), *parts)

    def named(self, folder: str, *parts: str) -> str:
        """A path from a variable; a relative one starts at the current folder."""
        return join(self.platform, self.cwd, folder, *parts)

    def path(self, text: str) -> str:
        """A path of `Files` on this platform. Raises KeyrackError without a home folder."""
        base, _, rest = text.partition("/")
        if base == "~":
            folder = home(self.env, self.platform)
        elif base == "{config}":
            folder = config_home(self.env, self.platform)
        else:
            folder = self._xdg_config_home()
        return join(self.platform, folder, rest.replace("/", "\\") if self.platform == "win32" else rest)

    def _xdg_config_home(self) -> str:
        folder = self.env.get("XDG_CONFIG_HOME", "")
        return folder if is_absolute(self.platform, folder) else self.at_home(".config")

    def folders(self, parent: str) -> list[str]:
        """The sorted names of the folders in `parent`, which need not exist."""
        self.lists(parent)
        try:
            with os.scandir(parent) as found:
                return sorted(entry.name for entry in found if entry.is_dir())[:MOST_FOLDERS]
        except OSError:
            return []

    def lists(self, folder: str) -> None:
        """Call it before a folder is listed: a new file in there changes what is found."""
        if self.listed is not None:
            self.listed.append(folder)

    def in_project(self, *parts: str) -> Candidate:
        return Candidate(join(self.platform, self.cwd, *parts), f"project {self.cwd}", trusted=False)


class Files(NamedTuple):
    """The files of a program that always keeps them at the same paths.

    A user's path starts with `~`, the home folder; with `{xdg}`, which is `XDG_CONFIG_HOME`, or else
    `~/.config` on every system; or with `{config}`, the system's folder for configuration: the same on Linux,
    `~/Library/Application Support` on macOS, `%APPDATA%` on Windows. A project's path starts at its folder.
    """

    user: tuple[str, ...]
    project: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()  # instead of `user`

    def __call__(self, search: Search) -> list[Candidate]:
        """The files on this platform. Raises KeyrackError without a home folder."""
        user = self.windows if self.windows and search.platform == "win32" else self.user
        return [
            *(search.in_project(*path.split("/")) for path in self.project),
            *(Candidate(search.path(path), "user") for path in user),
        ]
