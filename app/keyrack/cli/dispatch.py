"""Finds the verb in the arguments and runs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.cli.output import Output, is_terminal
from keyrack.cli.parse import parse, parse_global
from keyrack.cli.verbs import module_of

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters


def dispatch(
    argv: list[str],
    out: Output,
    adapters: Callable[..., Adapters],
    screen: Callable[[Callable[[], Adapters]], Any],
    demo: Callable[[], int],
) -> int:
    """Run the command in `argv`. Returns the exit code; raises KeyrackError."""
    chosen, words = parse_global(argv)
    if chosen.version:
        from keyrack.version import __version__

        out.line(f"keyrack {__version__}")
        return 0
    from keyrack.cli.context import Context

    if chosen.help:
        words = ["help", *words[:1]]
    files = list(chosen.config)

    def build() -> Adapters:
        if not words:  # the screen asks and reports by itself
            return adapters(config_files=tuple(files), ask=None)
        ask = None
        if is_terminal(sys.stdin) and is_terminal(sys.stderr):
            from keyrack.cli.terminal import PassphrasePrompt

            ask = PassphrasePrompt()
        made = adapters(config_files=tuple(files), ask=ask)
        made.on_wait(lambda sentence: out.note(f"keyrack: {sentence}"))
        return made

    context = Context(out, build, screen, demo)
    if not words:
        from keyrack.cli.terminal import open_screen

        return open_screen(context)
    if words[0] == "__complete":  # no verb of a person's
        from keyrack.cli.completing.complete import run

        return run(context, words[-1], files)
    module = module_of(words[0])
    options, config = parse(module.VERB, words[1:])
    if options is None:
        from keyrack.cli.manual import page

        out.line(page(module.VERB))
        return 0
    files += config
    return module.run(context, options)
