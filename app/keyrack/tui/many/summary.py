"""The results of a task over many servers, shown until the user closes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from keyrack.domain.status import Action
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import title
from keyrack.tui.kit.receipt import ReceiptScreen

if TYPE_CHECKING:
    from keyrack.tui.servers.list_screen import ListScreen

_NEXT = {
    Action.LOGIN: "log in",
    Action.REFRESH: "refresh it",
    Action.TOKEN: "enter a new token",
    Action.CHECK: "check it again",
    Action.UNLOCK: "unlock the store",
    Action.IMPORT: "take the login over",
}

_FIRST = ("failed", "to do")


class Results:
    """Collects what became of each server."""

    def __init__(self, done: str, left: Iterable[tuple[Row, str]]) -> None:
        """`done` is a word such as "Checked". `left`: who was left out, and why."""
        self._done, self._left = done, tuple(left)
        self._rows: dict[str, Row] = {}
        self._receipts: dict[str, Receipt] = {}
        self._not_started: tuple[Row, ...] = ()

    def __len__(self) -> int:
        return len(self._receipts)

    def __contains__(self, key: object) -> bool:
        return key in self._receipts

    def add(self, row: Row, receipt: Receipt) -> None:
        """A receipt of one line without a name is told with the server's."""
        self._rows[row.key], self._receipts[row.key] = row, receipt

    def failed(self, row: Row, why: str) -> None:
        self.add(row, Receipt((Line("", "failed", why),)))

    def not_started(self, rows: Iterable[Row]) -> None:
        """These were waiting when the user stopped."""
        self._not_started = tuple(rows)

    @property
    def fine(self) -> int:
        """How many succeeded."""
        receipts = self._receipts.values()
        return sum(r.ok and any(line.outcome == "done" for line in r.lines) for r in receipts)

    def show(self, screen: ListScreen) -> None:
        """Show them, each with the next key if it needs one."""
        total = len(self._receipts) + len(self._not_started) + len(self._left)
        head = title(self._done, f"{self.fine} of {total}")
        screen.host.push_screen(ReceiptScreen(head, self.blocks(screen.rows), self._told()))

    def blocks(self, now: Mapping[str, Row]) -> list[tuple[str, Receipt]]:
        """For the receipt: what failed, what needs a person, and the others, each in the order of the list;
        then those that were left out."""
        lines: list[Line] = []
        blocks: list[tuple[str, Receipt]] = []
        place = {key: number for number, key in enumerate(now)}
        for key, receipt in sorted(self._receipts.items(), key=lambda item: place.get(item[0], len(place))):
            name = self._rows[key].server.display_name
            if any(line.what for line in receipt.lines):
                blocks.append((name, receipt))
                continue
            [line] = receipt.lines
            next_key = self._next(now.get(key), all_kinds=not receipt.ok)
            outcome = "to do" if next_key and receipt.ok else line.outcome
            lines.append(
                line._replace(what=name, outcome=outcome, detail=f"{line.detail} {next_key}".rstrip())
            )
        lines.sort(key=lambda line: _FIRST.index(line.outcome) if line.outcome in _FIRST else len(_FIRST))
        blocks.sort(key=lambda block: block[1].ok)
        lines += [Line(row.server.display_name, "nothing to do", why) for row, why in self._left]
        return [*([("", Receipt(tuple(lines)))] if lines else []), *blocks]

    def _next(self, row: Row | None, *, all_kinds: bool) -> str:
        """What to press for it; without `all_kinds`, only for what a person has to do."""
        action = row.status.action if row is not None else None
        if action not in (Action.LOGIN, Action.TOKEN) and not all_kinds:
            return ""
        key = keymap.key_for(action)
        return f"Press {key} to {_NEXT[action]}." if key and action is not None and action in _NEXT else ""

    def _told(self) -> list[str]:
        if not self._not_started:
            return []
        names = ", ".join(row.server.display_name for row in self._not_started)
        return [f"Stopped. Not started: {names}."]
