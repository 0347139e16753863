"""The text about the configuration files that were read."""

from __future__ import annotations

from textual.content import Content
from textual.visual import Visual

from keyrack.domain.reading import Place, Problem
from keyrack.operations.servers.overview import Overview
from keyrack.tui.kit import keymap
from keyrack.tui.kit.hanging import Hanging, Lines
from keyrack.tui.kit.keyed import IN_LIST, keyed
from keyrack.tui.kit.present import join, key_hint, say, short_path
from keyrack.wording.tones import Tone

CLIENT_WIDTH, FOUND_WIDTH, SIGN_WIDTH = 16, 12, 4
ROOMY, NARROW = 60, 40  # columns of the terminal


def no_servers(overview: Overview) -> Visual:
    """The text instead of an empty list."""
    lines: list[Visual] = [
        say("No MCP servers found", Tone.STRONG),
        Content(""),
        # What to do comes first: on 80×24 the end of a long list of places is below the edge.
        join(say(keymap.key_of("add"), Tone.KEY), "  add a server"),
        join(say(keymap.key_of("look-again"), Tone.KEY), "  reload"),
        join(say(keymap.key_of("demo"), Tone.KEY), "  try keyrack with example servers, in a sandbox"),
        Content(""),
        say("keyrack looked in these places:", Tone.DIM),
        *(place_line(place) for place in overview.places),
        *problem_lines(overview),
    ]
    return Lines(lines)


def no_match(needle: str) -> Content:
    """The text if the filter hides everything."""
    return Content("\n").join(
        [
            join("No server matches ", say(needle, Tone.STRONG, limit=60)),
            Content(""),
            join(say(keymap.key_of("stop"), Tone.KEY), "  clear the filter"),
            join(say(keymap.key_of("filter"), Tone.KEY), "    change it"),
            join(say(keymap.key_of("add"), Tone.KEY), "    add a server"),
        ]
    )


def all_places(overview: Overview) -> Visual:
    """Every file that was read, and the problems in it."""
    wrong = problem_lines(overview)[1:]  # what is wrong comes first: the places are more than a screen shows
    places = [place_line(place) for place in overview.places]
    return Lines([*wrong, *([Content("")] if wrong else []), *places] or [say("Looking…", Tone.DIM)])


def problems(count: int, width: int) -> Content:
    """That something in the files can't be used, and the key that tells what: as long as there is room."""
    if not count:
        return Content("")
    what = f"{count} problem{'s' if count > 1 else ''}"
    words = f"! {what} in the files" if width >= ROOMY else f"! {what}" if width >= NARROW else f"! {count}"
    return join(say(f"{words}  ", Tone.WARN), key_hint(keymap.key_of("look-again"), "Show"))


def place_line(place: Place) -> Visual:
    client = say(place.client, limit=60)
    gap = " " * max(CLIENT_WIDTH - client.cell_length, 1)
    tone = Tone.DIM if place.found.startswith("no ") else Tone.BAD if place.found == "broken" else Tone.GOOD
    found = say(place.found, tone, limit=60)
    label = join("  ", client, gap, found)
    indent = max(2 + CLIENT_WIDTH + FOUND_WIDTH, label.cell_length + 1)
    return Hanging(label, indent, say(short_path(place.path), Tone.DIM))


def problem_lines(overview: Overview) -> list[Visual]:
    if not overview.problems:
        return []
    lines = (line for problem in overview.problems for line in _problem(problem))
    return [Content(""), say("Problems", Tone.WARN), *lines]


def _problem(problem: Problem) -> tuple[Visual, Visual]:
    line = f", line {problem.line}" if problem.line else ""
    entry = f"{problem.entry}: " if problem.entry else ""
    where = say(f"{problem.client}, {short_path(problem.path)}{line}", Tone.DIM)
    sign = join("  ", say("!", Tone.WARN))
    return Hanging(sign, SIGN_WIDTH, say(f"{entry}{keyed(problem.sentence, where=IN_LIST)}")), Hanging(
        Content(""), SIGN_WIDTH, where
    )
