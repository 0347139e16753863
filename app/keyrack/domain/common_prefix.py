"""What two sequences have in common at their beginning."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(first: Sequence[str], second: Sequence[str]) -> int:
    """Its length. Slices are compared, which is fast for large texts."""
    low, high = 0, min(len(first), len(second))
    step = 256
    while low < high and first[low : low + step] == second[low : low + step]:
        low += step
        step *= 2
    high = min(high, low + step)
    low = min(low, high)
    while low < high:  # the first difference is before `high`, or there is none
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
