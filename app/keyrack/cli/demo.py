"""`keyrack demo`: the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import Verb

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context

VERB = Verb(
    name="demo",
    summary="try keyrack on servers of its own",
    operand="",
    options=(),
    text="""\
Starts an authorization server and some MCP servers on this machine, in different
states, with a home folder and a store of their own, and opens the screen on them.
Nothing of yours is read or changed, and nothing is left behind. Its servers need
two packages more, mcp and uvicorn, which make demo installs.""",
    examples=(("See it", "keyrack demo"),),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.terminal import need_screen

    need_screen("The demo", "Run keyrack demo in another terminal.")
    return context.demo()
