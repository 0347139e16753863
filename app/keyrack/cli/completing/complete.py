"""`keyrack __complete SHELL`: what the scripts of `keyrack completion` ask.

The words arrive on standard input, separated by NUL, because other users can see arguments, and a token may
have been typed by mistake. The first line of the answer says what can be completed: "words", one on each
further line; "files"; or "command", the one after "--". It reads configuration files and records, never a
keychain, and does not use the network.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from keyrack.cli.completing import typed
from keyrack.cli.completing.candidates import Answer, answer
from keyrack.cli.encoding import readable
from keyrack.domain.errors import KeyrackError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context

MOST = 1 << 20  # bytes that are read
LONGEST = 200  # characters of a description


def run(context: Context, shell: str, files: list[str]) -> int:
    """Print what `shell` can complete, and nothing if that is not known. The files of a typed --config
    are added to `files`."""
    words = os.fsdecode(sys.stdin.buffer.read(MOST)).split("\0")[:-1]
    if shell == "bash":
        lines = _for_bash(context, words, files)
    else:
        kind, found = _ask(context, words, files)
        write = _for_zsh if shell == "zsh" else _for_fish
        lines = [kind, *(write(word, plain(meaning, LONGEST)) for word, meaning in found.items())]
    for line in lines:
        if readable(line, context.out.stdout) == line:
            context.out.line(line)
    return 0


def _ask(context: Context, words: list[str], files: list[str]) -> Answer:
    if not words:
        return Answer()
    before = typed.read(words[:-1])
    files += map(os.path.expanduser, before.given.get("config", ()))
    try:
        kind, found = answer(before, words[-1], context.adapters)
        return Answer(kind, {word: meaning for word, meaning in found.items() if _can_be_typed(word)})
    except KeyrackError:
        return Answer()


def _can_be_typed(word: str) -> bool:
    """A name comes from a file: it must not control the terminal that shows it, or look like another one."""
    return bool(word) and plain(word, len(word)) == word


def _for_bash(context: Context, words: list[str], files: list[str]) -> Iterable[str]:
    """`words` are the line up to the cursor, and the part of it that bash replaces."""
    from keyrack.cli.completing import bash_words

    if len(words) != 2:
        return []
    line, part = words
    read = bash_words.read(line)
    if read.is_redirection:
        return ["files"]
    if not read.raw.endswith(part):
        return ["words"]
    whole, _ = bash_words.value_of(read.raw)
    kept, quotes = bash_words.value_of(read.raw[: len(read.raw) - len(part)])
    kind, found = _ask(context, [*read.words, whole], files)
    matches = (word for word in found if word.startswith(whole))
    return [kind, *(bash_words.quoted(word[len(kept) :], quotes) for word in matches)]


def _for_zsh(word: str, meaning: str) -> str:
    """As `_describe` reads it."""
    escaped = word.replace("\\", "\\\\").replace(":", "\\:")
    return f"{escaped}:{meaning}" if meaning else escaped


def _for_fish(word: str, meaning: str) -> str:
    return f"{word}\t{meaning}"
