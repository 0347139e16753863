"""The verbs and their modules."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

SEE, LOG_IN, HAND_OUT, CLEAN_UP, SET_UP = GROUPS = ("See", "Log in", "Hand out", "Clean up", "Set up")

# Each verb's group in the manual, and what it does. This is not in the modules, so that `keyrack --help`
# imports none of them. Within a group, the order is the manual's.
VERBS = {
    "list": (SEE, "list servers and the state of their credentials"),
    "status": (SEE, "say what needs doing, and the command for it"),
    "check": (SEE, "test a credential on its server"),
    "accounts": (SEE, "list a server's accounts, and choose the default"),
    "log": (SEE, "show what happened to credentials, and which programs got them"),
    "clients": (SEE, "list the programs with MCP servers, and the logins they hold"),
    "login": (LOG_IN, "log in with the browser"),
    "set": (LOG_IN, "store an access token or API key"),
    "refresh": (LOG_IN, "refresh one credential, or all that are due"),
    "watch": (LOG_IN, "keep credentials fresh, and tell what needs doing"),
    "import": (LOG_IN, "take over a login that another program holds"),
    "adopt": (LOG_IN, "move a token from a program's file into the keychain"),
    "token": (HAND_OUT, "print an access token, refreshing it if needed"),
    "header": (HAND_OUT, "print the headers to send to a server"),
    "env": (HAND_OUT, "print lines that set variables to tokens, for a shell"),
    "exec": (HAND_OUT, "run a command with tokens in its environment"),
    "bridge": (HAND_OUT, "connect a program that only runs local servers to a remote one"),
    "publish": (HAND_OUT, "keep the token in another program's store fresh"),
    "connect": (HAND_OUT, "let another program take its token from keyrack"),
    "disconnect": (HAND_OUT, "put an entry back as it was before keyrack connect"),
    "clear": (CLEAN_UP, "delete a credential, and optionally revoke it"),
    "undo": (CLEAN_UP, "reverse the last change to another program's file"),
    "add": (SET_UP, "add a server to keyrack's own file"),
    "edit": (SET_UP, "change a server of keyrack's own file"),
    "remove": (SET_UP, "delete a server from keyrack's own file"),
    "vault": (SET_UP, "manage the sealed vault, for machines without a keychain"),
    "doctor": (SET_UP, "check files, keychain and records for problems"),
    "completion": (SET_UP, "print the completion script of a shell"),
    "demo": (SET_UP, "try keyrack in a sandbox with its own servers"),
    "help": (SET_UP, "show help for keyrack or one command"),
}


def module_of(word: str) -> ModuleType:
    """The module of a verb, which has a `VERB` and a `run(context, options)`. Raises UsageError."""
    if word in VERBS:
        return import_module(f"keyrack.cli.{word}")
    import difflib

    close = difflib.get_close_matches(word, VERBS, 1)
    hint = f"Did you mean keyrack {close[0]}?" if close else "Run keyrack help for a list of commands."
    raise UsageError(f"Unknown command “{plain(word, 40)}”.", hint=hint)
