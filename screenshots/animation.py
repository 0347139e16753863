"""Draws a recorded screen as one animated SVG, which any browser plays and no script runs in.

Rows that look the same are drawn once and used in all frames that have them.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

WIDTH, HEIGHT = 8.4, 17.0  # pixels of a character
EDGE, BAR = 12, 34  # pixels around the screen, and of the bar above it
FONT = "ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace"
BASELINE = 13.0  # pixels from a row's top


class Frame(NamedTuple):
    rows: tuple[Strip, ...]
    caption: str  # above the screen
    key: str  # the key that has just been pressed, or ""
    seconds: float  # how long it stays


class Colors(NamedTuple):
    foreground: str
    background: str
    bar: str
    key: str


def animate(frames: Iterable[Frame], colors: Colors) -> str:
    """The frames one after the other, for ever."""
    shown = _merged(frames)
    columns, lines = max(row.cell_length for row in shown[0].rows), len(shown[0].rows)
    width, height = columns * WIDTH + 2 * EDGE, lines * HEIGHT + BAR + EDGE
    total = sum(frame.seconds for frame in shown)
    rows: dict[str, str] = {}
    groups, rules, begin = list[str](), list[str](), 0.0
    for number, frame in enumerate(shown):
        groups.append(_group(number, frame, rows, colors, width))
        rules.append(_rule(number, begin / total * 100, (begin + frame.seconds) / total * 100, total))
        begin += frame.seconds
    defined = "\n".join(f'<g id="{name}">{drawn}</g>' for drawn, name in rows.items())
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">
<title>keyrack in use: see, log in, hand out, clean up</title>
<style>
text {{ font: 14px {FONT}; white-space: pre; fill: {colors.foreground} }}
.b {{ font-weight: bold }}
.f {{ visibility: hidden }}
{"".join(rules)}</style>
<rect width="100%" height="100%" rx="8" fill="{colors.background}"/>
<path d="M0 {BAR} V8 a8 8 0 0 1 8 -8 H{width - 8:.0f} a8 8 0 0 1 8 8 V{BAR} Z" fill="{colors.bar}"/>
<defs>
{defined}
</defs>
{"".join(groups)}</svg>
"""


def _merged(frames: Iterable[Frame]) -> list[Frame]:
    """A frame that looks like the one before only prolongs it."""
    found: list[Frame] = []
    for frame in frames:
        if found and (found[-1].rows, found[-1].caption, found[-1].key) == (
            frame.rows,
            frame.caption,
            frame.key,
        ):
            found[-1] = found[-1]._replace(seconds=found[-1].seconds + frame.seconds)
        else:
            found.append(frame)
    return found


def _rule(number: int, begin: float, end: float, total: float) -> str:
    """Visible from `begin` to `end`, in percent of the whole."""
    before = "0%{visibility:hidden}" if begin else ""
    steps = f"{before}{begin:.3f}%{{visibility:visible}}{end:.3f}%,100%{{visibility:hidden}}"
    return (
        f"@keyframes k{number}{{{steps}}}\n#f{number}{{animation:k{number} {total:.2f}s step-end infinite}}\n"
    )


def _group(number: int, frame: Frame, rows: dict[str, str], colors: Colors, width: float) -> str:
    drawn: list[str] = []
    for line, strip in enumerate(frame.rows):
        picture = _row(strip, colors)
        if picture:
            name = rows.setdefault(picture, f"r{len(rows)}")
            drawn.append(f'<use href="#{name}" x="{EDGE}" y="{BAR + line * HEIGHT:g}"/>')
    drawn.append(f'<text x="{EDGE}" y="22" class="b">{escape(frame.caption)}</text>')
    if frame.key:
        drawn.append(
            f'<text x="{width - EDGE:.0f}" y="22" class="b" text-anchor="end" style="fill:{colors.key}">'
            f"{escape(frame.key)}</text>"
        )
    return f'<g class="f" id="f{number}">{"".join(drawn)}</g>\n'


def _row(strip: Strip, colors: Colors) -> str:
    """One row: its backgrounds where they are not the screen's, and its words."""
    back, words, column = list[str](), list[str](), 0
    for segment in strip.simplify():
        style = segment.style or Style()
        ink, paper = _colors(style, colors)
        cells = segment.cell_length
        if paper != colors.background:
            box = f'x="{column * WIDTH:.1f}" width="{cells * WIDTH:.1f}" height="{HEIGHT:g}"'
            back.append(f'<rect {box} fill="{paper}"/>')
        text = segment.text
        if text.strip():
            start = column + len(text) - len(text.lstrip(" "))
            kept = text.strip(" ")
            length = (cells - (len(text) - len(kept))) * WIDTH
            bold = ' class="b"' if style.bold else ""
            fill = "" if ink == colors.foreground else f' style="fill:{ink}"'
            at = f'x="{start * WIDTH:.1f}" y="{BASELINE:g}" textLength="{length:.1f}"'
            words.append(f"<text {at}{bold}{fill}>{escape(kept)}</text>")
        column += cells
    return "".join(back + words)


def _colors(style: Style, colors: Colors) -> tuple[str, str]:
    ink = style.color.get_truecolor().hex if style.color else colors.foreground
    paper = style.bgcolor.get_truecolor().hex if style.bgcolor else colors.background
    return (paper, ink) if style.reverse else (ink, paper)
