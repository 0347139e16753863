"""`keyrack help`: show the manual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import Arguments, Verb

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operand: str | None = None


VERB = Verb(
    name="help",
    operand="[COMMAND]",
    options=(),
    takes=Options,
    text="Shows the manual of keyrack, or the page of one command.",
    examples=(("Show the manual", "keyrack help"), ("Show one command's page", "keyrack help login")),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.manual import manual, page
    from keyrack.cli.verbs import module_of

    context.out.line(page(module_of(options.operand).VERB) if options.operand else manual())
    return 0
