"""Which rows time alone has made others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keyrack.domain.model import Record
from keyrack.operations.servers import overview as look
from keyrack.operations.servers.overview import Row

OUT_OF_SIGHT = 30.0  # seconds between two looks at all rows: a thousand take long


class RowTimes:
    """Rows that are out of sight are looked at less often."""

    def __init__(self) -> None:
        self._all_looked = 0.0  # when all rows were last looked at (Unix seconds)

    def all_due(self, now: float) -> bool:
        """Whether to look at all rows at `now` (Unix seconds), not only at those in sight."""
        return not 0 <= now - self._all_looked < OUT_OF_SIGHT

    def changed(
        self, rows: Mapping[str, Row], keys: Iterable[str] | None, now: float, *, locked: bool
    ) -> dict[str, Row]:
        """Those of the rows with these keys, or of all, that are others at `now` (Unix seconds).

        `locked`: the store can't be read.
        """
        if keys is None:
            self._all_looked = now
        changed: dict[str, Row] = {}
        for key in rows if keys is None else keys:
            row = rows.get(key)
            if row is None or not (row.credential or row.check or row.elsewhere):
                continue
            record = Record(row.server.url or "", row.server.account, row.credential, row.check)
            new = look.row_of(row.server, record, now, store_locked=locked, elsewhere=row.elsewhere)
            if new != row:
                changed[key] = new
        return changed
