"""docs/KEYS.md names every key that can be changed, and no other."""

from __future__ import annotations

from pathlib import Path

from keyrack.tui.kit import keymap
from keyrack.tui.kit.own_keys import changeable

BAR = "\\|"  # in a table
PAGE = Path(__file__).parents[2] / "docs" / "KEYS.md"


def test_the_page_has_each_name_with_its_key_and_what_it_does() -> None:
    keymap.use({})
    rows = [
        f"| `{name}` | {keymap.shown(each).replace('|', BAR)} | {each.tooltip or each.description} |"
        for name, each in changeable().items()
    ]
    listed = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert listed == rows, "the page should have:\n" + "\n".join(rows)
