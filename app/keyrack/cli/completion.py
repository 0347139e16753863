"""`keyrack completion`: print a shell's completion script."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.spec import Arguments, Verb
from keyrack.domain.errors import UsageError

if TYPE_CHECKING:
    from keyrack.cli.context import Context

SHELLS = ("bash", "zsh", "fish")


class Options(Arguments):
    operand: str


VERB = Verb(
    name="completion",
    operand="bash|zsh|fish",
    options=(),
    takes=Options,
    text="""\
Prints a script with which the shell completes commands, options, and the names of
servers, accounts and programs. The script does not change when servers do: it
asks keyrack, which reads its files, and neither the keychain nor the network.

Add the line below to the shell's configuration; for zsh, after compinit. A
package can install the script as keyrack in share/bash-completion/completions, as
_keyrack in share/zsh/site-functions, or as keyrack.fish in
share/fish/vendor_completions.d.""",
    examples=(
        ("In ~/.bashrc", 'eval "$(keyrack completion bash)"'),
        ("In ~/.zshrc", 'eval "$(keyrack completion zsh)"'),
        ("In ~/.config/fish/config.fish", "keyrack completion fish | source"),
    ),
)


def run(context: Context, options: Options) -> int:
    if options.operand not in SHELLS:
        raise UsageError(
            f"keyrack completion takes one of: {', '.join(SHELLS)}.",
            hint="Run keyrack completion --help for usage.",
        )
    path = os.path.join(os.path.dirname(__file__), "completing", f"keyrack.{options.operand}")
    with open(path, encoding="utf-8") as file:
        context.out.line(file.read().rstrip("\n"))
    return 0
