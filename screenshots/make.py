"""Makes the README's pictures from the demo data, dark and light, with the clock standing still.

    python screenshots/make.py

The same bytes each time, so that a change in a picture is a change on the screen.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from support.pictures import LOOKS, scene_app, still  # noqa: E402

# The scenes of tests/support/pictures.py, each at a size where nothing is cut.
PICTURES = {
    "main": ("history", (130, 28)),
    "programs": ("programs", (120, 28)),
    "login": ("login", (100, 24)),
    "token": ("token", (100, 26)),
    "connect": ("connect", (100, 26)),
    "stale": ("stale", (100, 26)),
}


async def picture(scene: str, size: tuple[int, int], look: str) -> str:
    """One screen as SVG."""
    app, play = scene_app(scene, look)
    async with app.run_test(size=size) as pilot:
        await play(pilot)
        return without_fonts(app.export_screenshot(title="keyrack"), f"{scene}-{look}")


def without_fonts(svg: str, name: str) -> str:
    """The viewer's own font instead of one from the network, and ids that do not change."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono")
    return re.sub(r"terminal-\d+", f"keyrack-{name}", svg) + "\n"


def main() -> None:
    still()
    for name, (scene, size) in PICTURES.items():
        for look in LOOKS:
            drawn = asyncio.run(picture(scene, size, look))
            (HERE / f"{name}-{look}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
