"""`keyrack demo`: open the terminal UI in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import Arguments, Verb

if TYPE_CHECKING:
    from keyrack.cli.context import Context

VERB = Verb(
    name="demo",
    operand="",
    options=(),
    text="""\
Starts an authorization server and some MCP servers on this machine, with
credentials in different states, and opens the terminal UI on them. The sandbox
has its own home folder and store: your data is not read or changed, and nothing
is left behind. The demo servers need two more packages, mcp and uvicorn; in a
checkout, make demo installs them.""",
    examples=(("Start the demo", "keyrack demo"),),
)


def run(context: Context, options: Arguments) -> int:
    from keyrack.cli.terminal import need_screen

    need_screen("The demo", "Run keyrack demo in another terminal.")
    return context.demo()
