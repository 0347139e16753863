"""How a program's entry takes its token from keyrack. Each program's module has one, as `CONNECT`."""

from collections.abc import Mapping, Sequence
from typing import Any

NOTHING: Mapping[str, Any] = {}
# What a program that runs in a window has of the shell's environment: what the session gives to all.
SESSION = (
    "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "PATH", "SHELL", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
)  # fmt: skip

# What the official SDKs (Python and TypeScript) give to a local server, unless the program says otherwise.
BY_SDK = (
    "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER",
    "APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROCESSOR_ARCHITECTURE", "SYSTEMDRIVE",
    "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE",
)  # fmt: skip


class Connect:
    """The fields of an entry, and the environment in which the program runs a command.

    It is a plain class because every listing imports it, and a NamedTuple takes 0.3 ms to define.
    """

    def __init__(
        self,
        root: str = "mcpServers",  # what holds the entries
        *,
        syntax: str = "json",  # or toml, yaml
        is_list: bool = False,  # the entries are a list, each with a `name`
        process: Mapping[str, Any] = NOTHING,  # more fields of an entry that starts a process
        command: str = "command",  # the field of the command
        in_one: bool = False,  # it is a list with the arguments in it
        env: str = "env",  # the field of the process's environment
        inside: str = "",  # the object in the entry that holds all of these
        passes: str = "",  # the field that names variables to pass to the process
        helper: str = "",  # the field of a command that prints headers, as a shell reads it
        remote: Mapping[str, Any] = NOTHING,  # more fields of an entry with an address
        url: str = "url",  # the field of the address
        variable: str = "",  # the field that names the variable of a bearer token
        reference: str = "",  # or a variable in a header's value, with NAME for its name
        headers: Sequence[str] = ("headers",),  # the path to the headers
        names: str = "",  # the pattern of the names that the program takes; "" for any
        gives: Sequence[str] | None = None,  # variables that it gives to a process; None: all
        gives_helper: Sequence[str] | None = None,  # the same for a helper
        hides: str = "",  # the pattern of the names that it does not give
        elsewhere: bool = False,  # it runs a helper in another folder than the user's
        in_window: bool = False,  # it may be started without a shell, so its PATH is another one
        file: str = "",  # the end of the path of the file that it creates itself, if there are several
    ) -> None:
        self.root, self.syntax, self.is_list = root, syntax, is_list
        self.process, self.command, self.in_one, self.env = process, command, in_one, env
        self.inside, self.passes, self.helper = inside, passes, helper
        self.remote, self.url = remote, url
        self.variable, self.reference, self.headers = variable, reference, headers
        self.names, self.hides = names, hides
        self.gives = SESSION if in_window and gives is None else gives
        self.gives_helper = gives_helper
        self.elsewhere, self.in_window, self.file = elsewhere, in_window, file

    @property
    def has_variable(self) -> bool:
        return bool(self.variable or self.reference)
