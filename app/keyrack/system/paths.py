"""Where programs keep their files, determined only by the environment and the platform's name.

`platform` is `sys.platform` ("linux", "darwin", "win32"); paths are joined by its
rules, so the paths of one system can be tested on another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError

Env = Mapping[str, str]


def join(platform: str, *parts: str) -> str:
    """Join path parts by the platform's rules."""
    if platform == "win32":
        import ntpath

        return ntpath.join(*parts)
    import posixpath

    return posixpath.join(*parts)


def is_absolute(platform: str, path: str) -> bool:
    """Is the path absolute?"""
    if platform == "win32":
        import ntpath

        return ntpath.isabs(path)
    return path.startswith("/")


def current_folder() -> str:
    """The working folder; the root if that has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return os.sep


def home(env: Env, platform: str) -> str:
    """The user's home folder. Raises KeyrackError if the environment names none."""
    names = ("USERPROFILE", "HOME") if platform == "win32" else ("HOME",)
    for name in names:
        if env.get(name):
            return env[name]
    raise KeyrackError(f"{names[0]} is not set, so the home folder is unknown.", hint=f"Set {names[0]}.")


def expand(env: Env, platform: str, path: str, base: str) -> str:
    """Expand a path from a user: `~` is the home folder, and a relative path starts at `base`."""
    if path == "~" or path.startswith(("~/", "~\\")):
        return join(platform, home(env, platform), path[2:]) if len(path) > 2 else home(env, platform)
    return path if is_absolute(platform, path) else join(platform, base, path)


def config_home(env: Env, platform: str) -> str:
    """The folder in which programs keep their configuration."""
    if platform == "win32":
        return env.get("APPDATA") or join(platform, home(env, platform), "AppData", "Roaming")
    if platform == "darwin":
        return join(platform, home(env, platform), "Library", "Application Support")
    return _xdg(env, "XDG_CONFIG_HOME", ".config")


def data_home(env: Env, platform: str) -> str:
    """The folder in which programs keep their data; on Windows the one that does not roam."""
    if platform == "win32":
        return env.get("LOCALAPPDATA") or join(platform, home(env, platform), "AppData", "Local")
    if platform == "darwin":
        return join(platform, home(env, platform), "Library", "Application Support")
    return _xdg(env, "XDG_DATA_HOME", ".local/share")


def state_home(env: Env, platform: str) -> str:
    """The folder for what programs can do without (XDG Base Directory Specification)."""
    if platform in ("win32", "darwin"):
        return data_home(env, platform)
    return _xdg(env, "XDG_STATE_HOME", ".local/state")


def config_dir(env: Env, platform: str) -> str:
    """keyrack's own configuration folder."""
    return join(platform, config_home(env, platform), "keyrack")


def data_dir(env: Env, platform: str) -> str:
    """keyrack's own data folder."""
    return join(platform, data_home(env, platform), "keyrack")


def config_file(env: Env, platform: str) -> str:
    """keyrack's own configuration file."""
    return join(platform, config_dir(env, platform), "config.toml")


def screen_file(env: Env, platform: str) -> str:
    """What the screen remembers."""
    return join(platform, state_home(env, platform), "keyrack", "screen.json")


def _xdg(env: Env, name: str, default: str) -> str:
    # The XDG specification says to ignore a relative path in these variables.
    value = env.get(name, "")
    return value if value.startswith("/") else join("linux", home(env, "linux"), default)
