"""What is read from a message, and that its bytes stay."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.relay.message import NotAMessage, error_line, line_of, read


def test_a_request_has_an_id_and_a_method() -> None:
    message = read(b'{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}')
    assert (message.kind, message.ids, message.method) == ("request", ("a",), "tools/call")
    assert message.params == {"name": "x"}


def test_a_request_whose_id_is_null_is_owed_a_response() -> None:
    assert read(b'{"id":null,"method":"m"}').ids == (None,)


def test_a_notification_has_no_id_and_a_response_no_method() -> None:
    assert read(b'{"method":"m","params":[1]}').kind == "notification"
    assert read(b'{"id":1,"result":{"a":1}}').answers == (1,)
    assert read(b'{"id":1,"error":{"code":1,"message":"m"}}').answers == (1,)


def test_a_batch_has_the_ids_of_all_its_requests() -> None:
    batch = read(b'[{"id":1,"method":"a"},{"method":"b"},{"id":2,"method":"c"},{"id":3,"result":{}}]')
    assert (batch.kind, batch.ids, batch.answers) == ("batch", (1, 2), (3,))


def test_a_kind_that_nobody_knows_is_a_message_too() -> None:
    assert read(b'{"jsonrpc":"3.0","stream":1}').kind == "other"


@pytest.mark.parametrize("raw", [b"", b"{", b"1", b'"x"', b"\xff", b'{"id":{},"method":"m"}', b"[" * 100_000])
def test_what_is_no_message_is_told(raw: bytes) -> None:
    with pytest.raises(NotAMessage):
        read(raw)


def test_only_utf_8_is_a_message_and_its_byte_order_mark_goes() -> None:
    with pytest.raises(NotAMessage):
        read('{"id":1,"result":{}}'.encode("utf-16"))
    marked = '{"id":1,"result":{}}'.encode("utf-8-sig")
    assert read(marked).answers == (1,) and line_of(marked) == b'{"id":1,"result":{}}'


def test_a_request_names_its_revision_since_2026() -> None:
    raw = b'{"id":1,"method":"m","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}'
    assert read(raw).version == "2026-07-28"
    assert read(b'{"id":1,"method":"m","params":{"_meta":[]}}').version == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_a_message_of_many_lines_becomes_one_and_stays_the_same(value: object) -> None:
    line = line_of(json.dumps(value, indent=1).replace("\n", "\r\n").encode())
    assert b"\n" not in line and b"\r" not in line
    assert json.loads(line) == value


def test_a_message_on_one_line_is_not_touched() -> None:
    raw = b'{"id" : 1.0,"z":"\\u00e9\xc3\xa9"}'
    assert line_of(raw) is raw


def test_an_error_repeats_the_id() -> None:
    assert json.loads(error_line("ä", "No."))["id"] == "ä"
    assert json.loads(error_line(None, "No.", -32700))["error"] == {"code": -32700, "message": "No."}
