"""Standard input is split into lines, however the pieces are cut that arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyrack.relay.lines import LineReader


@given(st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b""))), st.data())
def test_every_line_comes_out_whole(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    reader = LineReader()
    found = [
        line
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for line in reader.feed(stream[start:end])
    ]
    assert [*found, reader.rest()] == (lines or [b""])
