"""Comments and trailing commas are removed, and nothing else changes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sources.parsing import jsonc
from keyrack.system.files import Malformed

TEXT = st.text() | st.sampled_from(["https://a//b", "/* no */", ",]", ",}", '"', "\\", "//", "\ud800"[:0]])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_valid_json_keeps_its_value(value, ascii_only: bool, indent) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert jsonc.strip_commas(jsonc.strip_comments(text)) == text
    assert jsonc.parse(text, comments=True, commas=True).data == value


@given(st.text())
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        jsonc.parse(text, comments=True, commas=True)
    except Malformed as error:
        assert str(error).endswith(".")


@given(st.lists(st.sampled_from(['"', "\\", "/", "*", "\n", ",", "]", "}", "a"])).map("".join))
def test_lines_and_columns_stay(text: str) -> None:
    try:
        stripped = jsonc.strip_comments(text)
    except Malformed:
        return
    assert len(stripped) == len(text)
    assert [i for i, c in enumerate(stripped) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    assert len(jsonc.strip_commas(text)) == len(text)


def test_comments_and_commas_of_every_shape() -> None:
    text = '{ // one\n "a": [1, /* two, */ 2,],\n /** three **/ "u": "http://x/*y*/", } // end'
    assert jsonc.parse(text, comments=True, commas=True).data == {"a": [1, 2], "u": "http://x/*y*/"}


def test_a_program_without_comments_gets_none() -> None:
    with pytest.raises(Malformed):
        jsonc.parse("{} // no")
    with pytest.raises(Malformed):
        jsonc.parse('{"a": 1,}', comments=True)


def test_the_line_of_a_fault_below_a_comment() -> None:
    with pytest.raises(Malformed) as caught:
        jsonc.parse('/* two\nlines */\n{"a" 1}', comments=True, commas=True)
    assert caught.value.line == 3


@pytest.mark.parametrize(("text", "line"), [("{}\n/* on and on", 2), ("/*/", 1)])
def test_a_comment_that_never_ends(text: str, line: int) -> None:
    with pytest.raises(Malformed, match="never closed") as caught:
        jsonc.parse(text, comments=True)
    assert caught.value.line == line


def test_every_repeated_key_is_named_once() -> None:
    document = jsonc.parse('{"a": 1, "a": 2, "b": {"c": 1, "c": 2, "c": 3}, "c": 0}')
    assert document.data == {"a": 2, "b": {"c": 3}, "c": 0}
    assert document.repeated == ("c", "a")


def test_half_a_character_becomes_one_that_can_be_printed() -> None:
    assert jsonc.parse(r'{"\ud800": ["\udfff", "\ud83d\ude00"]}').data == {"?": ["?", "😀"]}


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 200_000, "/*" * 200_000, '{"a":' + "," * 200_000, '"\n' * 200_000]
)
def test_hostile_text_takes_one_pass(text: str) -> None:
    with pytest.raises(Malformed):
        jsonc.parse(text, comments=True, commas=True)
