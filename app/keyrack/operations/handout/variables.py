"""Puts tokens into environment variables, for `keyrack env` and `keyrack exec`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.event import Way
from keyrack.domain.model import DEFAULT_ACCOUNT, SCHEME_WORDS, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import host, is_address
from keyrack.domain.secret import Secret
from keyrack.domain.status import authorization_header
from keyrack.operations.handout.hand_out import hand_out
from keyrack.operations.ports import Adapters

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# They decide which code programs run, or where they look for their files. A server chooses what its
# tokens are.
_REFUSED = re.compile(
    r"(?:PATH|PATHEXT|COMSPEC|HOME|USERPROFILE|SHELL|ENV|BASH_ENV|IFS|PS4|PROMPT_COMMAND|ZDOTDIR|EDITOR|VISUAL"
    r"|PAGER|LESSOPEN|BROWSER|NODE_OPTIONS|NODE_PATH|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH"
    r"|RUBYOPT|RUBYLIB|PERL5OPT|PERL5LIB|PERL5DB|GCONV_PATH|LOCPATH|PYTHON[A-Z]+|(?:LD|DYLD|GIT|XDG)_\w+"
    r"|SHELLOPTS|BASHOPTS|MAKEFLAGS|MAKEFILES|LUA_(?:INIT|PATH|CPATH)\w*|PHPRC|PHP_INI_SCAN_DIR|VIMINIT|EXINIT"
    r"|(?:SSH|SUDO)_ASKPASS|(?:MAN|SYSTEMD_)PAGER|INPUTRC|CURL_HOME|WGETRC|TMPDIR|OPENSSL_\w+|NPM_CONFIG_\w+"
    r"|BUN_OPTIONS|DENO_DIR|DOTNET_STARTUP_HOOKS|(?:COR|CORECLR)_\w+|JULIA_\w+|R_(?:PROFILE|ENVIRON)\w*)",
    re.IGNORECASE,  # Windows ignores it too
)
_ALLOWED = re.compile(r".*_(?:TOKEN|KEY|SECRET|PASSWORD|PAT)", re.IGNORECASE)


class Wanted(NamedTuple):
    server: Server
    variable: str = ""  # "": `variable_for`


class Given(NamedTuple):
    """Variables with their values, and notes for the user."""

    values: dict[str, Secret]
    notes: tuple[str, ...]


def given(
    adapters: Adapters, wanted: Iterable[Wanted], way: Way, *, min_valid: float | None, for_url: str = ""
) -> Given:
    """A token of each server: all of them, or an error. Raises UsageError, and what `hand_out` raises."""
    named: dict[str, Server] = {}
    for server, variable in wanted:
        name = variable or variable_for(server)
        check_name(name)
        if name in named:
            other = named[name].display_name
            raise UsageError(
                f"{other} and {server.display_name} would both be {name}.",
                hint="Give one of them another variable: keyrack exec NAME=VARIABLE.",
            )
        named[name] = server
    values: dict[str, Secret] = {}
    notes: list[str] = []
    for name, server in named.items():
        issued = hand_out(
            adapters, _without(adapters, server, name), way, min_valid=min_valid, for_url=for_url
        )
        check_value(name, issued.token)
        values[name] = issued.token
        notes += issued.notes
        if len(issued.headers) > 1:
            notes.append(
                f"{server.display_name} needs {len(issued.headers)} headers; {name} has one of them."
            )
    return Given(values, tuple(notes))


def variable_for(server: Server) -> str:
    """The variable that the program's entry refers to, or else the server's name: LINEAR_TOKEN."""
    header = authorization_header(server)
    if header is not None and len(header.variables) == 1 and not header.withheld:
        scheme = header.reference.partition(" ")[0].lower() in SCHEME_WORDS
        name = header.variables[0].name
        if (scheme or header.name.lower() != "authorization") and not refusal(name):
            return name
    is_named = _word(server.name) and not is_address(server.name)
    words = [server.name if is_named else host(server.url or "")]
    if server.account != DEFAULT_ACCOUNT:
        words.append(server.account)
    name = "_".join([*filter(None, map(_word, words)), "TOKEN"])
    return f"_{name}" if name[0].isdigit() else name


def refusal(name: str) -> str:
    """Why no token is put into this variable; "" if it may be."""
    if not NAME.fullmatch(name):
        return "A variable's name has only letters, digits and _, and does not begin with a digit."
    if _REFUSED.fullmatch(name) and not _ALLOWED.fullmatch(name):
        return f"{name} changes what programs run or where they look for files, so it can't hold a token."
    return ""


def check_name(name: str) -> None:
    """Raises UsageError if no token may be put into this variable."""
    why = refusal(name)
    if why:
        raise UsageError(why, hint="Choose another name, such as API_TOKEN.")


def check_value(name: str, value: Secret) -> None:
    """Raises KeyrackError if it can't be a variable's value."""
    if "\0" in value.reveal():
        raise KeyrackError(f"The value for {name} contains a NUL byte, which no variable can hold.")


def _without(adapters: Adapters, server: Server, variable: str) -> Server:
    """The server without headers that are filled from this variable: it may still hold an old token."""
    left = tuple(
        header for header in server.headers if variable not in {each.name for each in header.variables}
    )
    if len(left) == len(server.headers) or server.key is None:
        return server
    record = adapters.credentials().record(server.key)
    return server if record is None or record.credential is None else server._replace(headers=left)


def _word(text: str) -> str:
    return re.sub("[^A-Z0-9]+", "_", text.upper()).strip("_")
