"""`keyrack env`: print lines for a shell that set variables to access tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import seconds, shell_name, variable
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operands: tuple[str, ...]
    var: str | None = None
    shell: str | None = None
    min_valid: float | None = None
    account: str | None = None


VERB = Verb(
    name="env",
    operand="NAME|URL…",
    options=(
        Option(("--var",), "the variable to set (with one server)", "VARIABLE", read=variable),
        Option(
            ("--shell",),
            "the shell that reads the lines (default: sh, and powershell on Windows)",
            "sh|fish|powershell",
            read=shell_name,
        ),
        Option(("--min-valid",), "refresh if less than this is left (default: 60)", "SECONDS", read=seconds),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Prints a line for each server that sets a variable to its access token, for the
shell to evaluate. Every program that this shell starts can read the variable;
keyrack exec gives it to one program only.

The variable is the one that the program's entry for the server refers to, or
else the server's name in upper case with _TOKEN, such as LINEAR_TOKEN.

Either all lines are printed, or none. Like keyrack token, it refreshes what
expires soon and never opens a browser. The variables do not change afterwards,
so run it again when a token has expired.""",
    examples=(
        ("In sh, bash and zsh", 'eval "$(keyrack env linear github)"'),
        ("In fish", "keyrack env linear --shell fish | source"),
        ("In PowerShell", "keyrack env linear | Out-String | Invoke-Expression"),
        ("Choose the variable", 'eval "$(keyrack env linear --var LINEAR_API_KEY)"'),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.asking import asked_for, url_asked_for
    from keyrack.cli.output import is_terminal
    from keyrack.operations.handout.variables import Wanted, given
    from keyrack.wording.shells import setting

    if options.var and len(options.operands) > 1:
        raise UsageError("--var can only be used with one server.", hint="Run keyrack env once for each.")
    adapters, out = context.adapters(), context.out
    servers = [asked_for(adapters, name, options.account) for name in options.operands]
    wanted = [Wanted(server, options.var or "") for server in servers]
    found = given(adapters, wanted, "env", min_valid=options.min_valid, for_url=url_asked_for())
    for note in found.notes:
        out.note(f"keyrack: {plain(note)}")
    shell = options.shell or ("powershell" if sys.platform == "win32" else "sh")
    out.value("\n".join(setting(shell, name, value.reveal()) for name, value in found.values.items()))
    if is_terminal(out.stdout):
        out.note("keyrack: This only prints the lines. See keyrack env --help for how to evaluate them.")
    for server in servers:
        if server.publish:
            from keyrack.cli.publishing import after_answer

            after_answer(context, server)
    return 0
