"""Shortening a large text changes nothing of what an edit makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sources.parsing import jsonc
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.diff import diff
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.shortened import Shortened, shortened
from keyrack.system.files import Malformed

LEAVES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=30)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=6)
STYLES = st.sampled_from([{"indent": 2}, {"indent": "\t", "ensure_ascii": False}, {"separators": (",", ":")}])


def short(text: str, *paths: tuple[str, ...]) -> Shortened:
    return shortened(text, *paths, large=0, cut=8)


@given(OBJECTS, STYLES, st.booleans(), st.data())
def test_a_value_is_set_as_in_the_whole_text(
    value: dict[str, Any], style: dict[str, Any], crlf: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, **style)
    text = text.replace("\n", "\r\n") if crlf else text
    path: tuple[str, ...] = (data.draw(st.sampled_from([*value, "new"])),)
    inner = value.get(path[0])
    if isinstance(inner, dict) and inner:
        path = (*path, data.draw(st.sampled_from([*inner, "new"])))
    less = short(text, path)
    assert less.text.count("\n") == text.count("\n")
    assert less.whole(less.text) == text
    assert json_members.get(less.text, path) == json_members.get(text, path)
    assert json_members.line_of(less.text, path) == json_members.line_of(text, path)
    assert less.whole(json_members.set_value(less.text, path, "[1]")) == json_members.set_value(
        text, path, "[1]"
    )
    if json_members.get(text, path) is not None:
        assert less.whole(json_members.delete(less.text, path)) == json_members.delete(text, path)


@given(st.text(alphabet='{}[]":,/*\\ \n1ab', max_size=60))
def test_no_text_is_changed_by_it(text: str) -> None:
    less = short(text, ("a", "b"))
    assert less.whole(less.text) == text


@given(st.text(alphabet='{}[]":,1a', max_size=30))
def test_what_is_cut_is_valid(inside: str) -> None:
    """Otherwise an edit would not notice that the file is damaged."""
    text = f'{{"wide": {{"k": [{inside}]          }}, "a": 1}}'
    try:
        jsonc.parse(text)
    except Malformed:
        with pytest.raises(Malformed):
            jsonc.parse(short(text, ("a",)).text)


def test_what_is_on_the_path_or_at_its_end_stays() -> None:
    value = {"history": ["x" * 20] * 9, "mcpServers": {"lab": {"url": "y" * 40}, "other": {"url": "z" * 40}}}
    text = json.dumps(value, indent=2)
    less = short(text, ("mcpServers", "lab"))
    assert "x" * 20 not in less.text and "z" * 40 not in less.text
    assert json.loads(less.text)["mcpServers"]["lab"] == value["mcpServers"]["lab"]
    assert short(text, ("mcpServers",)).text.count("z" * 40) == 1


def test_plain_values_among_comments_are_cut_too() -> None:
    text = '{"projects": { // mine\n "a": {"history": "xxxxxxxxxxxxxxxx"}, /* { */ "b": 1}, "c": 2}'
    less = short(text, ("c",))
    assert "xxxx" not in less.text and "// mine" in less.text
    assert less.whole(less.text) == text


def test_the_last_of_two_equal_keys_is_found() -> None:
    text = '{"a": {"b": "xxxxxxxxxxxxxxxx"}, "a": {"b": "yyyyyyyyyyyyyyyy", "c": 1}}'
    less = short(text, ("a", "c"))
    assert less.whole(json_members.set_value(less.text, ("a", "c"), "2")) == text.replace("1", "2")


def test_an_edit_that_takes_away_what_was_cut_is_refused() -> None:
    less = short('{"a": 1, "wide": ["xxxxxxxxxxxx"]}', ("a",))
    with pytest.raises(NoSuchMember):
        less.whole(json_members.delete(less.text, ("wide",)))
    with pytest.raises(NoSuchMember):
        less.whole(json_members.set_value(less.text, ("wide",), "1"))


def test_a_small_text_and_one_that_is_replaced_whole_stay_as_they_are() -> None:
    text = json.dumps({"a": 1, "wide": "x" * 100})
    assert shortened(text, ("a",)).text == text
    assert short(text, ()).text == text


def test_deep_nesting_takes_no_time() -> None:
    deep = '{"a":' * 200_000
    assert short(deep, ("b",)).text == deep
    text = '{"x": ' + "[" * 200_000 + "/**/" + "]" * 200_000 + "}"
    assert short(text, ("b",)).text == text


def test_a_diff_shows_no_mark() -> None:
    text = '{"wide": {"x": "1234567890"}, "list": ["1234567890"], "a": 1}'
    less = short(text, ("a",))
    lines = diff("file", less.text, json_members.set_value(less.text, ("a",), "2"))
    assert lines[-1] == '+{"wide": {…}, "list": […], "a": 2}'
