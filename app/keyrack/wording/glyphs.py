"""The glyphs for outcomes and choices. `states` has those of states, `signs` those of steps."""

DONE, FAILED, WARNING, NOTHING = "✓", "✕", "!", "–"
LOCKED, UNKNOWN = "▣", "?"
NONE_STORED = "○"
ABOUT = "≈"  # before an estimate
CHOSEN, NOT_CHOSEN = "●", "○"  # in a choice
MARKED = "▌"  # before a row that the user has marked
CURSOR, UP, DOWN = "▸", "▲", "▼"  # in a table: at the selected row, and at the heading that sorts
FOLDED, UNFOLDED = "▸", "▾"  # before a part of a form
