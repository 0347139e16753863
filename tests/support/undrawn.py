"""Leaves out the drawing that nobody sees; `Terminal.text` draws the whole screen whenever a test looks."""

from __future__ import annotations

from functools import cache
from typing import Any

from textual._compositor import Compositor


@cache
def leave_undrawn() -> None:
    """Textual draws each change of an app without a terminal, and then discards it. Once per process."""
    render = Compositor.render_update

    def only_pictures(compositor: Compositor, full: bool = False, **how: Any) -> Any:
        if full:  # for a picture of the screen
            return render(compositor, full, **how)
        compositor._dirty_regions.clear()
        return None

    setattr(Compositor, "render_update", only_pictures)  # noqa: B010
