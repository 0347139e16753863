"""The tokens of other programs on this machine (`operations.ports.OtherPrograms`)."""

from collections.abc import Sequence

from keyrack.domain.held import HeldReading, HeldToken
from keyrack.sources.locations import Search
from keyrack.sources.tokens.reader import Items, read_held


class TokenFiles:
    """Over their files and, with `items`, their items in the system's keychain."""

    def __init__(self, search: Search, items: Items | None = None, *, may_ask: bool = False) -> None:
        """`may_ask`: reading an item may make the system ask the user, as on macOS and Windows."""
        self._search = search
        self._items = items
        self._may_ask = may_ask

    def read(self, urls: Sequence[str], *, ask: bool = False) -> HeldReading:
        return read_held(self._search, urls, self._items if ask or not self._may_ask else None)

    def line_of(self, held: HeldToken) -> int | None:
        from keyrack.sources.rewriting.json_members import line_of
        from keyrack.system import files

        if held.place.item is not None:
            return None
        try:
            return line_of(files.read_text(held.place.path), held.row)
        except (files.NoFile, files.BadFile):
            return None
