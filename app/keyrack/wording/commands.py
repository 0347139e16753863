"""The command line for an action on a server, quoted for a shell."""

import re
import sys

from keyrack.domain.held import slug
from keyrack.domain.model import DEFAULT_ACCOUNT, Server
from keyrack.domain.status import Action, authorization_header

PLAIN_WORD = re.compile(r"[A-Za-z0-9._/-]+")  # has no special meaning in any shell


def command_for(action: Action | None, server: Server, held_by: str = "") -> str | None:
    """The command line for the action, or None. `held_by`: the program to import a login from."""
    if action is None:
        return None
    if action is Action.SET_VARIABLE:
        return _export(server)
    if action is Action.OPEN_FILE:
        return _edit(server)
    if action is Action.IMPORT:
        return command_line("import", server, "--from", slug(held_by))
    verb = _VERBS[action]
    return f"keyrack {verb}" if action is Action.UNLOCK else command_line(verb, server)


def command_line(verb: str, server: Server, *options: str) -> str:
    """The command for a verb with this server and account, quoted for a shell."""
    if server.account_named or server.account != DEFAULT_ACCOUNT:
        options = (*options, "--account", server.account)
    words = "".join(f" {quoted(option)}" for option in options)
    if server.name.startswith("-"):
        return f"keyrack {verb}{words} -- {quoted(server.name)}"
    return f"keyrack {verb} {quoted(server.name)}{words}"


_VERBS = {
    Action.LOGIN: "login",
    Action.REFRESH: "refresh",
    Action.TOKEN: "set",
    Action.CHECK: "check",
    Action.CLEAR: "clear",
    Action.UNLOCK: "doctor",
    Action.ADOPT: "adopt",
}


def restrict_command(path: str) -> str:
    """The command that makes a file readable for its owner only."""
    return f"chmod 600 {quoted(path)}"


def quoted(word: str) -> str:
    """Quoted for a shell. Most names need no quotes; invisible characters use the syntax of bash and zsh."""
    if PLAIN_WORD.fullmatch(word):
        return word
    if not word.isprintable():
        return "$'" + "".join(map(_seen, word)) + "'"
    import shlex

    return shlex.quote(word)


def _seen(char: str) -> str:
    if char.isprintable() and char not in "\\'":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _export(server: Server) -> str | None:
    header = authorization_header(server)
    variables = (*server.variables, *(header.variables if header else ()))
    unset = [variable.name for variable in variables if not variable.is_set]
    return f"export {unset[0]}=…" if unset else None


def _edit(server: Server) -> str | None:
    """The command to edit the entry; None if it is not in a file."""
    path = server.sources[0].path if server.sources else ""
    if not ("/" in path or "\\" in path):
        return None
    return f'notepad "{path}"' if sys.platform == "win32" else f"${{EDITOR:-vi}} {quoted(path)}"
