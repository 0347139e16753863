"""A line of a receipt, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.operations.receipt import Line

_GLYPHS = {
    **{"done": "✓", "not supported": "–", "nothing to do": "–", "failed": "✕"},
    **{"still works": "!", "may still work": "!", "stays": "–"},
}


def line_of(line: Line) -> str:
    """ "✕ Delete: failed (It is still in the keychain.)"."""
    outcome = "" if line.outcome == "done" else f": {line.outcome}"
    detail = f" ({plain(line.detail)})" if line.detail else ""
    return f"{_GLYPHS[line.outcome]} {plain(line.what, 80)}{outcome}{detail}"
