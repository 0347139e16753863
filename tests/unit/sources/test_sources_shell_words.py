"""A command line in one word is split as its shell would; one that can't be split is no command."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sources.bridges.shell_words import LONGEST, Shell, commands

SHELLS: tuple[Shell, ...] = ("sh", "cmd", "powershell")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("npx -y mcp-remote https://a.example/mcp", [["npx", "-y", "mcp-remote", "https://a.example/mcp"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a'b'\"c\"d", [["abcd"]]),
        ("a '' \"\"", [["a", "", ""]]),
        ("cd /x && exec a|b; c &", [["cd", "/x"], ["exec", "a"], ["b"], ["c"]]),
        ("a 'x && y' \"p|q\"", [["a", "x && y", "p|q"]]),
        ("a b2>c d 2>&1 e >> 'f g'", [["a", "b2", "d", "e"]]),
        ("a \\\n b", [["a", "b"]]),
        ("a $B ${C} \"$D\"", [["a", "${B}", "${C}", "${D}"]]),
        (r'a "{\"id\": \"x\"}" "C:\dir"', [["a", '{"id": "x"}', r"C:\dir"]]),
        ("", []),
        (" ; ", []),
    ],
)  # fmt: skip
def test_a_posix_shell(text: str, found: list[list[str]]) -> None:
    assert commands(text, "sh") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r'"C:\Program Files\nodejs\npx.cmd" -y x', [[r"C:\Program Files\nodejs\npx.cmd", "-y", "x"]]),
        (r"C:\tools\npx.cmd 'x y'", [[r"C:\tools\npx.cmd", "'x", "y'"]]),
        (r'a "{\"id\": \"x\"}" \"b\"', [["a", '{"id": "x"}', '"b"']]),
        ("a https://h/mcp?x=1^&y=2 & pause", [["a", "https://h/mcp?x=1&y=2"], ["pause"]]),
        ('a "p & q" %TOKEN% >nul 2>&1', [["a", "p & q", "${TOKEN}"]]),
    ],
)
def test_cmd(text: str, found: list[list[str]]) -> None:
    assert commands(text, "cmd") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("& npx -y x; exit", [["npx", "-y", "x"], ["exit"]]),
        (r"& 'C:\Program Files\npx.cmd' 'it''s' \"", [[r"C:\Program Files\npx.cmd", "it's"]]),
        ('a "b `"c`" ""d""" e` f', [["a", 'b "c" "d"', "e f"]]),
        ('a "Bearer $env:TOKEN" $Env:X', [["a", "Bearer ${TOKEN}", "${X}"]]),
    ],
)
def test_powershell(text: str, found: list[list[str]]) -> None:
    if text.endswith('\\"'):
        assert commands(text, "powershell") == []  # the last quote stays open
        text = text[:-3]
    assert commands(text, "powershell") == found


@pytest.mark.parametrize(
    ("text", "shell"),
    [
        ("npx 'mcp-remote https://a.example/mcp", "sh"),
        ('npx "mcp-remote https://a.example/mcp', "sh"),
        ("npx mcp-remote \\", "sh"),
        ('npx "mcp-remote', "cmd"),
        ("npx 'mcp-remote", "powershell"),
        ('npx "mcp-remote`"', "powershell"),
    ],
)
def test_a_quote_that_stays_open_is_no_command(text: str, shell: Shell) -> None:
    assert commands(text, shell) == []


texts = st.text(st.sampled_from("ab1 \t\n'\"\\^`$%&|;<>(){}=:/-é\u2028"), max_size=60)


@given(texts, st.sampled_from(SHELLS))
def test_any_text_ends_in_words_without_a_quote_of_its_own(text: str, shell: Shell) -> None:
    for words in commands(text, shell):
        assert words and all(isinstance(word, str) for word in words)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "text", ["'", '"\\', "\\", "&", "1", "1>", '\\"', "^", "`", "$a", "%a", "a'b'", "a ", '""']
)
def test_a_hostile_text_costs_one_pass(text: str, shell: Shell) -> None:
    def cost(length: int) -> float:
        """In seconds of this process: what else the machine does is not counted."""
        begin = time.process_time()
        commands((text * length)[:length], shell)
        return time.process_time() - begin

    cost(100)
    part, whole = (min(cost(length) for _ in range(3)) for length in (LONGEST // 8, LONGEST))
    assert whole < 30 * max(part, 0.0005), "eight times the length costs eight times as much, not 64"
    assert commands(text + " " * LONGEST, shell) == []  # longer than any command line
