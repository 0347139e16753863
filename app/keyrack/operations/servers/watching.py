"""Notices changes of the files that the list was read from, by their stamps: a `stat` of each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.servers.overview import Overview, overview
from keyrack.system.files import Stamp, stamp

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters

TICK = 20_000_000  # ns: two changes within this can leave the same time


class Stamps(NamedTuple):
    """What was on the disk when the list was read. Equal to later ones if nothing has changed since."""

    records: int | None  # None: not certain
    files: Mapping[str, Stamp | None]  # None: there is no file

    def has_changed(self, adapters: Adapters) -> bool:
        """Not for the screen's thread: a file can be on a slow disk."""
        records = adapters.credentials().stamp()
        if records is None or records != self.records:
            return True
        return any(stamp(path) != before for path, before in self.files.items())


NOTHING_READ = Stamps(None, {})


def overview_with_stamps(
    adapters: Adapters,
    before: Stamps,
    *,
    store_locked: bool = False,
    ask: bool = False,
    files_only: bool = False,
) -> tuple[Overview, Stamps]:
    """The overview, with the stamps from before it was read, so that no change in between is missed.

    `before` are those of the last time: they name the files. One that was not known has its stamp from
    afterward; if it was changed just now, it counts as changed once more.
    """
    records, known = adapters.credentials().stamp(), _stamps(before.files)
    began = time.time_ns() - TICK
    found = overview(adapters, store_locked=store_locked, ask=ask, files_only=files_only)
    files = {path: known[path] if path in known else _settled(stamp(path), began) for path in found.paths}
    return found, Stamps(records, files)


def _stamps(paths: Iterable[str]) -> dict[str, Stamp | None]:
    return {path: stamp(path) for path in paths}


def _settled(found: Stamp | None, began: int) -> Stamp | None:
    """The stamp; one that no file has if the file was changed since `began`."""
    return found._replace(size=-1) if found is not None and found.changed > began else found
