"""`keyrack exec`: run a command with access tokens in its environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import seconds
from keyrack.domain.errors import LoginNeeded, UsageError
from keyrack.domain.exec_words import filled, placeholders
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.secret import Secret
    from keyrack.operations.ports import Adapters

# keyrack's own secrets, which no other program needs.
OWN_SECRETS = ("KEYRACK_CLIENT_SECRET", "KEYRACK_VAULT_PASSPHRASE", "KEYRACK_VAULT_IDENTITY")
MISSING = "keyrack exec needs a command."
SET = "Run keyrack set NAME --secret SECRET to store it."
USAGE = "Put it after --: keyrack exec NAME -- COMMAND"


class Options(Arguments):
    operands: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    min_valid: float | None = None
    account: str | None = None


VERB = Verb(
    name="exec",
    operand="[NAME[=VARIABLE]…] -- COMMAND…",
    options=(
        Option(
            ("--secrets",),
            "also give it the secrets that keyrack adopt has stored under this name",
            "NAME",
            repeat=True,
        ),
        Option(("--min-valid",), "refresh if less than this is left (default: 60)", "SECONDS", read=seconds),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Runs the command with each server's access token in an environment variable that
only it and its children can read. The variable is the one after the “=”, or the
one that the program's entry for the server refers to, or else the server's name
in upper case with _TOKEN, such as LINEAR_TOKEN. NAME can also be a URL; one with
a query takes no “=”.

The command replaces keyrack: it has its process ID, terminal and signals, and
its exit code is the result. On Windows it runs as a child of keyrack. If the
command is not found, the exit code is 127; if it can't be run, 126. It does not
get the variables with which keyrack opens the vault.

With --secrets, it gets the secrets of a local server that keyrack adopt has
moved to the keychain, as variables. One that is named in the command's arguments,
as {secret:API_KEY}, is put there instead.

Like keyrack token, it refreshes what expires soon and never opens a browser. The
variables do not change while the command runs.""",
    examples=(
        ("Give a token to one command", "keyrack exec linear -- ./report.py"),
        ("Choose the variables", "keyrack exec github=GH_TOKEN linear=LINEAR_API_KEY -- make release"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.asking import asked_for, url_asked_for
    from keyrack.domain.status import REFRESH_EARLY
    from keyrack.operations.handout.variables import Wanted, given
    from keyrack.system.replacing import become

    if not (options.command and options.command[0]):
        raise UsageError(MISSING, hint=USAGE)
    if not (options.operands or options.secrets):
        raise UsageError("keyrack exec needs NAME.", hint=USAGE)
    # As it is now: keyrack may set variables of its own, such as the address of the session bus.
    env = {name: value for name, value in os.environ.items() if name not in OWN_SECRETS}
    adapters, out = context.adapters(), context.out
    wanted = [
        Wanted(asked_for(adapters, name, options.account), variable)
        for name, variable in map(_split, options.operands)
    ]
    # A slow refresh is waited for: the command keeps this token for as long as it runs.
    min_valid = REFRESH_EARLY if options.min_valid is None else options.min_valid
    found = given(adapters, wanted, "exec", min_valid=min_valid, for_url=url_asked_for())
    for note in found.notes:
        out.note(f"keyrack: {plain(note)}")
    for server, _ in wanted:
        if server.publish:
            from keyrack.cli.publishing import after_answer

            after_answer(context, server)
    secrets = _secrets(adapters, options.secrets)
    in_words = placeholders(options.command)
    for missing in sorted(in_words - secrets.keys() if options.secrets else ()):
        raise LoginNeeded(f"keyrack has no secret {plain(missing, 60)} for this command.", hint=SET)
    command = filled(options.command, secrets)
    env |= {name: value.reveal() for name, value in secrets.items() if name not in in_words}
    env |= {name: value.reveal() for name, value in found.values.items()}
    return become(command, env)


def _secrets(adapters: Adapters, names: tuple[str, ...]) -> dict[str, Secret]:
    from keyrack.cli.asking import url_asked_for
    from keyrack.operations.handout.secrets import hand_out_secrets

    found: dict[str, Secret] = {}
    for name in names:
        found |= hand_out_secrets(adapters, name, for_url=url_asked_for())
    return found


def _split(word: str) -> tuple[str, str]:
    """The server and the variable in NAME=VARIABLE. Raises UsageError."""
    from keyrack.domain.resource import is_address
    from keyrack.operations.handout.variables import check_name

    name, equals, variable = word.rpartition("=")
    if not equals or (is_address(word) and "?" in word):
        return word, ""
    check_name(variable)
    return name, variable
