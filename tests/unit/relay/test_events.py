"""Server-sent events are read the same, however the pieces are cut that arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.relay.events import Event, EventReader, TooLong


def events_of(*pieces: bytes, limit: int = 1 << 20) -> list[Event]:
    reader = EventReader(limit)
    return [event for piece in pieces for event in reader.feed(piece)]


def test_an_event_has_its_data_name_id_and_retry() -> None:
    stream = b"event: message\nid: 7\nretry: 250\ndata: {}\n\n"
    assert events_of(stream) == [Event(b"{}", "message", "7", 0.25)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_any_of_the_three_ways(end: bytes) -> None:
    stream = b"data: 1" + end + b"data: 2" + end + end + b"data: 3" + end + end
    assert [event.data for event in events_of(stream)] == [b"1\n2", b"3"]


def test_comments_and_unknown_fields_are_no_events() -> None:
    assert events_of(b": ping\n\nwhat: x\n\ndata\n\n\n\n") == []


def test_an_event_without_data_may_say_where_to_resume() -> None:
    assert events_of(b"id: 3\ndata:\n\n") == [Event(b"", "message", "3")]
    assert events_of(b"retry: 5000\n\n") == [Event(b"", "message", None, 5.0)]


def test_an_id_with_a_null_byte_and_a_retry_that_is_no_number_are_left_out() -> None:
    assert events_of(b"id: a\0\nretry: soon\ndata: x\n\n") == [Event(b"x")]


def test_a_byte_order_mark_is_skipped() -> None:
    assert events_of(b"\xef\xbb\xbfdata: x\n\n") == [Event(b"x")]


def test_what_is_not_complete_is_no_event() -> None:
    assert events_of(b"data: x\n") == []


def test_an_event_that_is_too_long_is_not_kept() -> None:
    with pytest.raises(TooLong):
        events_of(*[b"data: " + b"x" * 10_000] * 20, limit=100_000)
    with pytest.raises(TooLong):
        events_of(*[b"data: x\n"] * 20_000, limit=100_000)
    assert len(events_of(*[b"data: x\n\n"] * 20_000, limit=100_000)) == 20_000


LINES = st.lists(
    st.sampled_from(
        [b"data: a", b"data:b", b"data", b"", b"", b"id: 1", b"event: e", b": c", b"x", b"retry: 5"]
    )
)


@given(LINES, st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=1), st.data())
def test_where_the_pieces_are_cut_makes_no_difference(
    lines: list[bytes], ends: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(line + ends[number % len(ends)] for number, line in enumerate(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert events_of(*pieces) == events_of(stream)


@given(st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b""))))
def test_data_comes_out_as_it_went_in(messages: list[bytes]) -> None:
    stream = b"".join(b"data: " + message + b"\r\n\r\n" for message in messages)
    assert [event.data for event in events_of(stream)] == [message for message in messages if message]
