"""A backup of a large text keeps only what an edit changed, and reverses it all the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain import parts
from keyrack.domain.change import Edit
from keyrack.domain.common_prefix import common_prefix
from keyrack.domain.held import Place
from keyrack.domain.secret import Secret

TEXTS = st.text(alphabet="ab\né😀\ud800", max_size=12)
PLACE = Place("/file")


@given(TEXTS, TEXTS, st.integers(0, 600))
def test_the_common_prefix(first: str, second: str, same: int) -> None:
    one, two = "x" * same + first, "x" * same + second
    length = common_prefix(one, two)
    assert one[:length] == two[:length]
    assert length == min(len(one), len(two)) or one[length] != two[length]


@given(TEXTS, TEXTS, TEXTS)
def test_the_old_text_comes_back_from_the_new_one(before: str, after: str, end: str) -> None:
    wide = "w" * 3000
    old, new = Secret(f"{before}{wide}{end}"), Secret(f"{after}{wide}{end}")
    kept = parts.kept(Edit(PLACE, old, new), large=0)
    assert kept.around is not None and parts.kept(kept) == kept
    assert parts.is_old(kept, old) and parts.is_new(kept, new)
    assert parts.is_new(kept, old) is (before == after)
    assert parts.old_of(kept, new) == old
    assert not parts.is_old(kept, None) and not parts.is_new(kept, None)
    found = parts.part_of(kept)
    assert found == parts.part_of(Edit(PLACE, old, new))
    assert len(found.before) <= parts.NEAR and len(found.after) <= parts.NEAR


def test_of_a_small_text_and_of_one_that_is_new_or_gone_everything_is_kept() -> None:
    wide = Secret("w" * parts.LARGE)
    for edit in (
        Edit(PLACE, Secret("a"), Secret("b")),
        Edit(PLACE, None, wide),
        Edit(PLACE, wide, None),
    ):
        assert parts.kept(edit) == edit
