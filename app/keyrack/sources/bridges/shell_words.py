"""Splits a command line as its shell would.

Variables are normalized to `${NAME}`. Nothing is run, and no variable is filled in. `shlex` is not used:
it does not support cmd and PowerShell, and drops the quotes that decide whether `$NAME` is a variable.
"""

from __future__ import annotations

import re
from typing import Literal

from keyrack.domain.named_tuple import NamedTuple

Shell = Literal["sh", "cmd", "powershell"]

LONGEST = 32_768  # characters; the limit of a command line on Windows


class _Rules(NamedTuple):
    token: re.Pattern[str]
    piece: re.Pattern[str]  # matches a part of a word, by how it is quoted
    escape: re.Pattern[str]  # what to remove from a part in double quotes
    variable: re.Pattern[str]


def _rules(piece: str, escape: str, variable: str) -> _Rules:
    # Possessive, so that a hostile text costs one pass. The word after a redirection belongs to it.
    token = (
        r"(?P<space>(?:[ \t\r]|[\\^`]\n)++)|(?P<cut>[;&|()\n]++)"
        r"|(?P<redirection>[0-9]*+(?:>>|>&|>\||<<<?|[<>]))"
        rf"|(?P<word>(?:{re.sub(r'[?]P<[a-z]+>', '?:', piece)})++)"
    )
    return _Rules(*(re.compile(pattern, re.IGNORECASE) for pattern in (token, piece, escape, variable)))


_SHELLS: dict[Shell, _Rules] = {
    "sh": _rules(
        r"'(?P<single>[^']*+)'|\"(?P<double>(?:[^\"\\]|\\[\s\S])*+)\"|\\(?P<escaped>[\s\S])"
        r"|(?P<bare>[^\s\"'\\;&|()<>]++)",
        r"\\(?=[\"\\$`])",
        r"\$([a-z_]\w*)",
    ),
    "cmd": _rules(
        r"\"(?P<double>(?:[^\"\\]|\\\"|\\)*+)\"|\^(?P<escaped>[\s\S])|(?P<bare>\\\"|\\|[^\s\"\\^;&|()<>]++)",
        r"\\(?=\")",
        r"%([a-z_]\w*)%",
    ),
    "powershell": _rules(
        r"'(?P<single>(?:[^']|'')*+)'|\"(?P<double>(?:[^\"`]|`[\s\S]|\"\")*+)\"|`(?P<escaped>[\s\S])"
        r"|(?P<bare>[^\s\"'`;&|()<>]++)",
        r"`(?=[\s\S])|\"(?=\")",
        r"\$env:([a-z_]\w*)",
    ),
}


def commands(text: str, shell: Shell) -> list[list[str]]:
    """The commands in a text, each as its words: `a && b`, `a | b` and `a; b` are two commands.

    Empty if the text is too long, or a quote is not closed.
    """
    rules = _SHELLS[shell]
    found: list[list[str]] = [[]]
    place, own = 0, True  # own False: the next word is a redirection's
    while place < len(text):
        match = rules.token.match(text, place) if len(text) <= LONGEST else None
        if match is None:
            return []
        place = match.end()
        kind = match.lastgroup
        if kind == "word" and own:
            found[-1].append(rules.piece.sub(lambda piece: _said(piece, rules), match[0]))
        elif kind == "cut":
            found.append([])
        own = own if kind == "space" else kind != "redirection"
    return [words for words in found if words]


def with_variables(word: str, shell: Shell) -> str:
    """A single word with its variables as `${NAME}`."""
    return _SHELLS[shell].variable.sub(r"${\1}", word)


def _said(piece: re.Match[str], rules: _Rules) -> str:
    kind = piece.lastgroup or ""
    text = piece[kind]
    if kind == "escaped":
        return text.strip("\n")  # a line continuation
    if kind == "single":
        return text.replace("''", "'")
    return rules.variable.sub(r"${\1}", rules.escape.sub("", text))
