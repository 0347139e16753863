"""The command line: one file per verb.

Kept light: `keyrack list` and `keyrack token` run inside other people's prompts
and scripts, so a verb's module is imported when that verb is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyrack.cli.output import Output
    from keyrack.operations.parts import Parts


def run(
    argv: list[str],
    *,
    parts: Callable[..., Parts] | None = None,
    screen: Callable[[Callable[[], Parts]], Any] | None = None,
) -> int:
    """Do what the words after `keyrack` say, and return the exit code. Raises nothing.

    `parts(config_files=…)` builds the adapters and `screen(factory)` opens the TUI; left
    out, they are the real ones.
    """
    from keyrack.cli.exits import guarded
    from keyrack.cli.output import Output

    out = Output()
    return guarded(out, lambda: _dispatch(argv, out, parts, screen))


def _dispatch(argv: list[str], out: Output, parts: Any, screen: Any) -> int:
    from keyrack.cli import doors
    from keyrack.cli.context import Context
    from keyrack.cli.parse import parse, parse_global

    chosen, words = parse_global(argv)
    if chosen.version:
        from keyrack import __version__

        out.line(f"keyrack {__version__}")
        return 0
    if chosen.help:
        words = ["help", *words[:1]]
    files: list[str] = chosen.config

    def build() -> Parts:
        return (parts or doors.parts)(config_files=tuple(files))

    context = Context(out, build, screen or doors.screen)
    if not words:
        from keyrack.cli.terminal import open_screen

        return open_screen(context)
    from keyrack.cli.verbs import module_of

    module = module_of(words[0])
    args = parse(module.VERB, words[1:])
    if args.help:
        from keyrack.cli.manual import page

        out.line(page(module.VERB))
        return 0
    files += args.config
    return module.run(context, args)
