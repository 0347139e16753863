"""A string that must not be seen."""

from __future__ import annotations

from typing import NoReturn

MASK = "●●●●●●●●"


class Secret:
    """A secret string; only `reveal()` gives it out.

    Its repr and str are masked; formatting, pickling and (because it is no str)
    JSON are refused with TypeError, so that a slip fails instead of leaking.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself. Call it at the last moment, where it is used."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest  # with hashlib 3 ms, and the list compares nothing

        # surrogatepass: half a pair, from a damaged file, is still compared and not a crash
        mine, theirs = (each._value.encode("utf-8", "surrogatepass") for each in (self, other))
        return compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("a Secret cannot be formatted; use reveal() where it is sent")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")
