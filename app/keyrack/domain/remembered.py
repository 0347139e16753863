"""What the screen remembers from one start to the next."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple


class Remembered(NamedTuple):
    """How the user left the screen. "" is for what was never chosen, and no secret is ever in it.

    It can be from another version or edited by hand, so a name may be one that the screen does not know.
    """

    theme: str = ""
    sort: str = ""
    descending: bool = False
    group: str = ""
    hidden: tuple[str, ...] = ()  # columns
    selected: str = ""  # a digest of the row's key, which holds a URL that can hold a secret
