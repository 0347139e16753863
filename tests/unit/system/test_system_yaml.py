"""YAML from other programs' files: what is read, and what is refused before anything is built from it."""

import time

import pytest

from keyrack.system import yaml
from keyrack.system.files import Malformed


def test_values_are_as_in_json() -> None:
    document = yaml.parse("a: [1, true, null, x]\n2: 2026-01-02\n'<<': y\n")
    assert document == ({"a": [1, True, None, "x"], "2": "2026-01-02", "<<": "y"}, ())


def test_aliases_and_merged_objects_are_read() -> None:
    data = yaml.parse("base: &b {type: sse}\none: {<<: *b, url: u}\ntwo: *b\n").data
    assert (data["one"], data["two"]) == ({"type": "sse", "url": "u"}, {"type": "sse"})


def test_duplicate_keys_are_named() -> None:
    assert yaml.parse("a: 1\nb: {c: 1, c: 2}\na: 3\n") == ({"a": 3, "b": {"c": 2}}, ("c", "a"))


def multiplied(link: str) -> str:
    """Ten aliases of ten aliases …: 10 lines that stand for 10 thousand million values."""
    lines = ["a0: &a0 {x: y}"]
    for i in range(1, 10):
        aliases = ", ".join([f"*a{i - 1}"] * 10)
        lines.append(f"a{i}: &a{i} {link.format(aliases)}")
    return "\n".join(lines)


@pytest.mark.parametrize("link", ["[{}]", "{{<<: [{}]}}"])
def test_aliases_that_multiply_are_refused_at_once(link: str) -> None:
    start = time.process_time()
    with pytest.raises(Malformed, match="aliases multiply"):
        yaml.parse(multiplied(link))
    assert time.process_time() - start < 2  # it would run for hours


def test_an_object_that_contains_itself_is_refused() -> None:
    with pytest.raises(Malformed, match="what contains it") as caught:
        yaml.parse("a:\n  &x [1, *x]\n")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text", ["a: !!python/object/apply:os.system [x]", "a: !own {b: 1}", "!!set {a, b}", "a: !!str 1"]
)
def test_tags_are_refused(text: str) -> None:
    with pytest.raises(Malformed, match="tag"):
        yaml.parse(text)


@pytest.mark.parametrize(("text", "words"), [
    ("a: 1\n---\nb: 2\n", "several documents"),
    ("a: 1\n b: [", "not valid YAML"),
    ("a: *gone", "alias"),
    ("a: \x01", "YAML"),
    ("- " * 5000 + "x", "nested"),
    ("a: 2026-99-99", "invalid number or date"),
])  # fmt: skip
def test_what_is_not_valid_is_refused_without_quoting_it(text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words) as caught:
        yaml.parse(text)
    assert "gone" not in str(caught.value)
