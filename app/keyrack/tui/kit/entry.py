"""A list entry: a name, and indented text below it."""

from __future__ import annotations

from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Spacing
from textual.strip import Strip
from textual.style import Style
from textual.visual import Padding, RenderOptions, Visual

INDENT = 4  # columns


class Entry(Visual):
    """Both wrap at the width."""

    def __init__(self, head: Content, detail: Content) -> None:
        self._parts: tuple[Visual, ...] = (head, Padding(detail, Spacing(0, 0, 0, INDENT)))

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max(part.get_optimal_width(rules, container_width) for part in self._parts)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return sum(part.get_height(rules, width) for part in self._parts)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return [strip for part in self._parts for strip in part.render_strips(width, None, style, options)]
