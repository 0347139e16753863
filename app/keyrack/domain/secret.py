"""Secret strings."""

from __future__ import annotations

from typing import NoReturn

MASK = "●●●●●●●●"


class Secret:
    """A secret string; only `reveal()` returns it.

    Its repr and str are masked. Formatting, pickling and (because it is not a str)
    JSON raise TypeError, so that a mistake fails instead of leaking.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself. Call it as late as possible, where the secret is used."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest  # 3 ms with hashlib, and the list compares nothing

        # surrogatepass: a lone surrogate from a damaged file is compared too, instead of raising
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
