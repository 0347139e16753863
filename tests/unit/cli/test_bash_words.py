"""Words of a bash command line, read and written."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.cli.completing import bash_words
from support.require import need

ODD = ["a b", "$(x)", "`x`", "it's", 'say "hi"', "a\\b", "wow!", "~x", "#x", "{a,b}", "*?[x]", "a;b|c&d<e>f",
       "co:lon", "e=q", "naïve ✓", "'", '"', "\\", "!", "-x", "^a^b", "%1", "a\\'b\"!c"]  # fmt: skip
OPEN = ["", "'", '"', "$'"]


def closed(word: str, quotes: str) -> str:
    """As readline does it: a character at the end that is the quote counts as the closing one."""
    return word + quotes[-1] if quotes and not word.endswith(quotes[-1]) else word


@given(
    st.sampled_from(OPEN), st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1)
)
def test_a_word_means_what_was_quoted(quotes: str, text: str) -> None:
    word = quotes + closed(bash_words.quoted(text, quotes), quotes)
    assert bash_words.value_of(word) == (text, "")
    assert bash_words.read(f"keyrack token {word} ") == (("token", text), "", False)


@pytest.mark.parametrize("quotes", OPEN)
def test_bash_reads_it_the_same(quotes: str) -> None:
    need("bash (apt-get install bash)", shutil.which("bash") is not None)
    written = [quotes + closed(bash_words.quoted(text, quotes), quotes) for text in ODD]
    command = ["bash", "-c", f"printf '%s\\0' {' '.join(written)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\0")[:-1] == ODD


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("keyrack ", ((), "", False)),
        ("keyrack to", ((), "to", False)),
        ("keyrack  token \"a b\" 'c d'\\ e $'f\\'' g", (("token", "a b", "c d e", "f'"), "g", False)),
        ('keyrack "a\\b\\"" ', (('a\\b"',), "", False)),
        ("keyrack list >out 2>/dev/null <in --j", (("list",), "--j", False)),
        ("keyrack list > o", (("list",), "o", True)),
        ("keyrack list &>", (("list",), "", True)),
        ("keyrack 'a b", ((), "'a b", False)),
        ("keyrack a\\", ((), "a\\", False)),
    ],
)
def test_a_line_is_read(line: str, read: tuple[object, ...]) -> None:
    assert bash_words.read(line) == read


def test_a_quote_that_is_still_open_is_returned_beside_the_value() -> None:
    assert bash_words.value_of("'a b") == ("a b", "'")
    assert bash_words.value_of('x"a\\$b') == ("xa$b", '"')
    assert bash_words.value_of("$'a") == ("a", "$'")
    assert bash_words.value_of("'a'\\ b") == ("a b", "")
