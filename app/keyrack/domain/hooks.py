"""What keyrack's own `config.toml` says about events: the commands to run, and how to notify.

notifications = false               # no notifications
bell = true                         # the screen also rings the terminal's bell

[hooks]
on_expiring = ["~/bin/renew", "soon"]
on_login_needed = ["notify-phone"]
on_refreshed = ["systemctl", "--user", "restart", "agent"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from keyrack.domain.kinds import kind
from keyrack.domain.named_tuple import NamedTuple


class NoticeKind(StrEnum):
    EXPIRING = "expiring"  # a credential ends soon, and a person must renew it
    LOGIN_NEEDED = "login-needed"  # it has ended, or was refused
    REFRESHED = "refreshed"


class Hooks(NamedTuple):
    commands: Mapping[NoticeKind, tuple[str, ...]] = {}  # arguments for no shell
    notify: bool = True  # show notifications: the desktop's, or in the screen the terminal's
    bell: bool = False  # ring the terminal's bell in the screen


_KEYS = {f"on_{event.value.replace('-', '_')}": event for event in NoticeKind}


def hooks_of(data: Mapping[str, Any], problem: Callable[[str], Any]) -> Hooks:
    """The hooks among a file's values; `problem` is called with a sentence for each wrong one."""
    notify: Any = data.get("notifications", True)
    bell: Any = data.get("bell", False)
    for name, value in (("notifications", notify), ("bell", bell)):
        if not isinstance(value, bool):
            problem(f"“{name}” should be true or false.")
    table: Any = data.get("hooks", {})
    if not isinstance(table, dict):
        problem(f"“hooks” should be a table, but is {kind(table)}.")
        table = {}
    commands: dict[NoticeKind, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in _KEYS:
            problem(f"“{str(key)[:40]}” is not a hook; they are {', '.join(_KEYS)}.")
        elif _is_command(value):
            commands[_KEYS[key]] = tuple(value)
        else:
            problem(
                f'“hooks.{key}” should be a list of a command and its arguments, like ["notify-send", "x"].'
            )
    return Hooks(commands, notify is not False, bell is True)


def _is_command(value: Any) -> bool:
    if not isinstance(value, list) or not value or not value[0]:
        return False
    return all(isinstance(word, str) and "\0" not in word for word in value)
