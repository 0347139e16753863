"""Text next to a label, with a hanging indent when it wraps."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

NARROWEST = 16  # columns for the words; with fewer, wrapped lines are not indented


class Hanging(Visual):
    """A label in a column of fixed width, and words that wrap in the rest."""

    def __init__(self, label: Content, indent: int, words: Content) -> None:
        self._label, self._indent, self._words = label, indent, words
        self._whole = Content.assemble(label, " " * max(indent - label.cell_length, 0), words)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self._whole.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        if not self._hangs(width):
            return self._whole.get_height(rules, width)
        return self._words.get_height(rules, width - self._indent)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        if not self._hangs(width):
            return self._whole.render_strips(width, None, style, options)
        [label, *_] = self._label.render_strips(self._indent, 1, style, options)
        label = label.adjust_cell_length(self._indent, style.rich_style)
        blank = Strip.blank(self._indent, style.rich_style)
        words = self._words.render_strips(width - self._indent, None, style, options)
        return [Strip.join([blank if place else label, strip]) for place, strip in enumerate(words)]

    def _hangs(self, width: int) -> bool:
        """Whether the words have enough room, and the label fits in its column."""
        return width >= self._indent + NARROWEST and self._label.cell_length <= self._indent


class Lines(Visual):
    """Visuals stacked vertically."""

    def __init__(self, lines: Iterable[Visual]) -> None:
        self._lines = tuple(lines)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max((line.get_optimal_width(rules, container_width) for line in self._lines), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return sum(line.get_height(rules, width) for line in self._lines)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return [strip for line in self._lines for strip in line.render_strips(width, None, style, options)]
