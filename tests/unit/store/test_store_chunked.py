"""Texts stored in chunks: complete or absent, and nothing left over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.errors import DamagedData, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.backends.chunked import MARK, ChunkedBackend, split
from keyrack.store.backends.memory import MemoryBackend
from support.sudden_end import Killed

CAPACITY = 100  # the least that a head fits in


class Short(MemoryBackend):
    """Holds CAPACITY UTF-16 code units per entry, and dies after `left` changes."""

    left = -1

    def set(self, entry: str, secret: Secret) -> None:
        assert units(secret.reveal()) <= CAPACITY
        self._count()
        super().set(entry, secret)

    def delete(self, entry: str) -> bool:
        if entry in self._entries:
            self._count()
        return super().delete(entry)

    def capacity(self) -> int:
        return CAPACITY

    def _count(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


texts = (
    st.text(st.characters(codec=None), max_size=350)
    | st.integers(0, 900).map("ab".__mul__)
    | st.text(st.sampled_from("a😀"), min_size=90, max_size=210)
    | st.text(max_size=9).map(MARK.__add__)
)


@given(texts, st.integers(2, 300))
def test_a_split_loses_nothing_and_cuts_no_character(text: str, capacity: int) -> None:
    pieces = split(text, capacity)
    assert "".join(pieces) == text
    assert all(units(piece) <= capacity for piece in pieces)
    assert all(pieces) or not text


@given(st.lists(texts, min_size=1, max_size=4))
def test_what_is_set_is_read_and_nothing_of_an_earlier_text_stays(each: list[str]) -> None:
    inner = Short()
    store = ChunkedBackend(inner)
    for text in each:
        store.set("one", Secret(text))
        assert store.get("one") == Secret(text)
    fresh = Short()
    ChunkedBackend(fresh).set("one", Secret(each[-1]))
    assert inner._entries == fresh._entries
    assert store.delete("one") is True
    assert inner._entries == {}


@given(texts, texts, st.integers(0, 20))
def test_after_a_kill_a_text_is_whole_or_not_there_and_the_next_write_tidies(
    old: str, new: str, after: int
) -> None:
    inner = Short()
    store = ChunkedBackend(inner)
    store.set("one", Secret(old))
    inner.left = after
    try:
        store.set("one", Secret(new))
    except Killed:
        pass
    inner.left = -1
    assert store.get("one") in (None, Secret(old), Secret(new))
    store.set("one", Secret("next"))
    assert inner._entries == {"one": Secret("next")}


@given(texts, st.integers(0, 20))
def test_after_a_killed_delete_a_text_is_whole_or_gone_and_the_next_delete_tidies(
    text: str, after: int
) -> None:
    inner = Short()
    store = ChunkedBackend(inner)
    store.set("one", Secret(text))
    inner.left = after
    try:
        store.delete("one")
    except Killed:
        pass
    inner.left = -1
    assert store.get("one") in (None, Secret(text))
    store.delete("one")
    assert inner._entries == {}


def drop_a_piece(entries: dict[str, Secret]) -> None:
    del entries["one.2"]


def swap_two(entries: dict[str, Secret]) -> None:
    entries["one.1"], entries["one.2"] = entries["one.2"], entries["one.1"]


def spoil_the_count(entries: dict[str, Secret]) -> None:
    entries["one"] = Secret(f"{MARK} ² 00")


@pytest.mark.parametrize("spoil", [drop_a_piece, swap_two, spoil_the_count])
def test_pieces_that_do_not_belong_together_are_damaged(spoil: Callable[[dict[str, Secret]], None]) -> None:
    inner = Short()
    store = ChunkedBackend(inner)
    store.set("one", Secret("hidden-" * 40))
    spoil(inner._entries)
    with pytest.raises(DamagedData) as caught:
        store.get("one")
    assert "hidden" not in str(caught.value)
    store.set("one", Secret("x"))
    assert store.get("one") == Secret("x")


def test_a_piece_that_is_dropped_in_silence_is_found_out_at_once() -> None:
    class Losing(Short):
        def set(self, entry: str, secret: Secret) -> None:
            if entry != "one.2":
                super().set(entry, secret)

    inner = Losing()
    with pytest.raises(StoreUnavailable, match="could not be read back"):
        ChunkedBackend(inner).set("one", Secret("x" * 350))
    assert list(inner._entries) == ["one.1"], "behind a gap the others would never be found"


def test_a_piece_that_stays_is_no_success() -> None:
    class Clinging(Short):
        def delete(self, entry: str) -> bool:
            return entry != "one.1" and super().delete(entry)

    inner = Clinging()
    store = ChunkedBackend(inner)
    store.set("one", Secret("x" * 350))
    with pytest.raises(StoreUnavailable, match="did not delete"):
        store.delete("one")


def test_where_entries_are_long_nothing_is_split_or_looked_for() -> None:
    class Long(MemoryBackend):
        gets = 0

        def get(self, entry: str) -> Secret | None:
            self.gets += 1
            return super().get(entry)

        def capacity(self) -> None:
            return None

    inner = Long()
    store = ChunkedBackend(inner)
    for text in ("x" * 200_000, f"{MARK} 3 00"):
        store.set("one", Secret(text))
        assert inner._entries == {"one": Secret(text)}
        assert store.get("one") == Secret(text)
    assert store.delete("one") is True
    assert inner.gets == 2
