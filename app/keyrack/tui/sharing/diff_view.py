"""A change to another program's file, in colors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from keyrack.tui.kit.present import say, short_path
from keyrack.wording.tones import Tone

SHARE = 0.35  # of the terminal's height, at most
_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY}
_OLD, _NEW = "--- ", "+++ "


class DiffView(VerticalScroll):
    """Each line begins with a sign, so that the color is not the only one. Secrets are masked in it.

    A long one scrolls by itself, so that the buttons below stay in sight.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(classes="gap diff")
        self._diff = lines

    def compose(self) -> ComposeResult:
        told = [say(line, _tone(line)) for line in self._diff if not line.startswith((_OLD, _NEW))]
        places = (line.removeprefix(_NEW) for line in self._diff if line.startswith(_NEW))
        told = [*(say(short_path(place), Tone.DIM) for place in places), *told]
        yield Static(Content("\n").join(told))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A max-height in vh would not count for the height of the box around it, which is auto."""
        return min(super().get_content_height(container, viewport, width), int(viewport.height * SHARE))


def _tone(line: str) -> Tone:
    return _TONES.get(line[:1], Tone.DIM)
