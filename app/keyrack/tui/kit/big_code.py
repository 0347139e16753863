"""A code in big letters."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from keyrack.tui.kit.letters import big
from keyrack.tui.kit.present import blocks, say
from keyrack.wording.tones import Tone


class BigCode(Widget):
    """Wraps at its width. A code with other characters than the big ones is spaced and bold."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def render(self) -> Content:
        return self._drawn(self.content_size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._drawn(width).wrap(max(width, 1)))

    def _drawn(self, width: int) -> Content:
        rows = big(self._code, width)
        return say(" ".join(self._code), Tone.STRONG) if rows is None else blocks(rows)
