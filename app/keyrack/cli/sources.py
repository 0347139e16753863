"""Formats the files that were read, and their problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyrack.cli.output import Output
    from keyrack.domain.reading import Place, Problem


def place_line(place: Place) -> str:
    """ "  Cursor: /home/…/mcp.json: no file"."""
    return f"  {plain(place.client, 60)}: {plain(place.path)}: {plain(place.found)}"


def problem_line(problem: Problem) -> str:
    """ "Cursor: /home/…/mcp.json, line 3, “linear”: The URL …"."""
    line = f", line {problem.line}" if problem.line is not None else ""
    entry = f", “{plain(problem.entry, 60)}”" if problem.entry else ""
    return f"{plain(problem.client, 60)}: {plain(problem.path)}{line}{entry}: {plain(problem.sentence)}"


def note_problems(out: Output, problems: Iterable[Problem]) -> None:
    """Write them to stderr."""
    for problem in problems:
        own = problem.client == "keyrack"  # its line already starts with "keyrack: "
        out.note(f"{'' if own else 'keyrack: '}{problem_line(problem)}")
