"""Formats a line of a receipt for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.text import plain
from keyrack.wording.signs import OUTCOMES

if TYPE_CHECKING:
    from keyrack.operations.receipt import Line


def line_of(line: Line) -> str:
    """ "✕ Delete: failed (It is still in the keychain.)"."""
    outcome = "" if line.outcome == "done" else f": {line.outcome}"
    detail = f" ({plain(line.detail)})" if line.detail else ""
    return f"{OUTCOMES[line.outcome].glyph} {plain(line.what, 4096)}{outcome}{detail}"
