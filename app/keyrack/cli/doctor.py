"""`keyrack doctor`: where keyrack looks, where it stores, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK, STORE
from keyrack.cli.output import paint
from keyrack.cli.spec import Verb
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context

VERB = Verb(
    name="doctor",
    summary="show where keyrack looks and stores, and what is wrong",
    operand="",
    options=(),
    text="""\
Shows every file that was looked at and what was in it, the keychain and whether
it can be used, and each problem with its file, line and entry. It exits with 0
where all is well, 5 where the keychain can't be used, and 1 where a file has a
problem. It may ask the keychain to open; it sends nothing over the network.""",
    examples=(("Why is my server not in the list?", "keyrack doctor"),),
)


def run(context: Context, args: SimpleNamespace) -> int:
    import platform

    from keyrack import __version__
    from keyrack.cli.places import place_line, problem_line
    from keyrack.operations.overview import own_problems

    out, parts = context.out, context.parts()
    reading = parts.read()
    store = parts.rack().state()
    parts.rack().records()
    problems = (*reading.problems, *own_problems(parts))
    out.line(f"keyrack {__version__}, Python {platform.python_version()}, {plain(platform.system(), 40)}")
    out.line("")
    out.line("Keychain")
    good, bad = paint("✓", "green", out.stdout), paint("✕", "red", out.stdout)
    if store.ready:
        kept = "" if store.persistent else " (kept until keyrack ends)"
        out.line(f"  {good} {plain(store.name, 60)}{kept}")
    else:
        out.line(f"  {bad} {plain(store.name, 60)}{', locked' if store.locked else ''}")
        if store.reason:
            out.line(f"    {plain(store.reason)}")
    out.line("")
    out.line(f"Files ({_count(len(reading.servers), 'server')} in all)")
    for place in reading.places:
        out.line(place_line(place))
    out.line("")
    out.line("Problems" if problems else f"{good} No problems in the files and records.")
    for problem in problems:
        out.line(f"  {bad} {problem_line(problem)}")
    if not store.ready:
        return STORE
    return ERROR if problems else OK


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
