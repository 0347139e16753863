"""Writes the man pages, one for keyrack and one for each command, from what `--help` prints.

    python3 tools/man_pages.py FOLDER

It needs nothing but Python and this checkout. `SOURCE_DATE_EPOCH` sets the date on the pages.
"""

from __future__ import annotations

import os
import re
import sys
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from keyrack.cli import manual
from keyrack.cli.exits import MEANINGS
from keyrack.cli.spec import CONFIG, GLOBAL, HELP, Option, Verb
from keyrack.cli.verbs import GROUPS, VERBS, module_of
from keyrack.version import __version__

# A minus and these characters are typographic ones unless they are escaped (groff_char(7)).
_ESCAPED = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
_SENTENCE = re.compile(r"(?<=[.?!:]) +(?=[A-Z“])")  # each is on a line of its own, as roff wants it


def pages() -> dict[str, str]:
    """The name and the text of each page."""
    found = {"keyrack.1": _main()}
    for name, (_, summary) in VERBS.items():
        found[f"keyrack-{name}.1"] = _page(module_of(name).VERB, summary)
    return found


def write(folder: Path) -> list[Path]:
    """Write all pages into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="ascii")
    return sorted(folder / name for name in pages())


def _main() -> str:
    lines = [*_head("keyrack", manual.SUMMARY)]
    for command, what in manual.USAGE:
        lines += [f"{_text(command)}", ".RS", f"{_text(what)}", ".RE"]
    lines += [".SH DESCRIPTION", *_prose(manual.DESCRIPTION), ".SH COMMANDS"]
    for group in GROUPS:
        verbs = [(f"\\fBkeyrack {name}\\fR", summary) for name, (of, summary) in VERBS.items() if of == group]
        lines += [f".SS {group}", *_tagged(verbs)]
    lines += [".SH OPTIONS", *_options(GLOBAL), ".SH EXAMPLES", *_examples(manual.EXAMPLES)]
    lines += [".SH EXIT STATUS", *_tagged((str(code), meaning) for code, meaning in MEANINGS)]
    lines += [".SH FILES"]
    for title, platform in (("Linux", "linux"), ("macOS", "darwin"), ("Windows", "win32")):
        lines += [f".SS {title}", *_tagged((_text(path), what) for path, what in manual.files(platform))]
    lines += [".SH ENVIRONMENT", *_tagged((_text(name), what) for name, what in manual.ENVIRONMENT)]
    others = [f".BR keyrack\\-{name} (1)" for name in VERBS]
    return _joined([*lines, ".SH SEE ALSO", *(f"{other}," for other in others[:-1]), others[-1]])


def _page(verb: Verb, summary: str) -> str:
    lines = _head(f"keyrack-{verb.name}", summary)
    after = _text(manual.after_name(verb))
    lines += [f"\\fBkeyrack {verb.name}\\fR{after}", ".SH DESCRIPTION", *_prose(verb.text)]
    if verb.actions:
        lines += [".SH ACTIONS", *_tagged((f"\\fB{_text(word)}\\fR", what) for word, what in verb.actions)]
    lines += [
        ".SH OPTIONS",
        *_options((*verb.options, CONFIG, HELP)),
        ".SH EXAMPLES",
        *_examples(verb.examples),
    ]
    lines += [".SH SEE ALSO", ".BR keyrack (1),", "for exit codes, files and environment variables"]
    return _joined(lines)


def _head(name: str, summary: str) -> list[str]:
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())))
    title = f'.TH {name.upper()} 1 {date} "keyrack {__version__}" "keyrack manual"'
    return [title, ".SH NAME", f"{_text(name)} \\- {_text(summary)}", ".SH SYNOPSIS"]


def _options(options: Iterable[Option]) -> list[str]:
    tags = ((", ".join(f"\\fB{_text(flag)}\\fR" for flag in each.flags), each) for each in options)
    return _tagged(
        (f"{tag} \\fI{_text(each.value)}\\fR" if each.value else tag, each.help) for tag, each in tags
    )


def _tagged(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [line for tag, words in pairs for line in (".TP", tag, *_prose(words))]


def _examples(examples: Iterable[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    for purpose, command in examples:
        found += [".PP", f"{_text(purpose)}:", ".PP", ".RS 4", ".nf", f"$ {_text(command)}", ".fi", ".RE"]
    return found[1:]


def _prose(text: str) -> list[str]:
    """Paragraphs, with a blank line between them in `text`."""
    found: list[str] = []
    for paragraph in text.split("\n\n"):
        found.append(".PP")
        for sentence in _SENTENCE.split(" ".join(paragraph.split())):
            found += map(_line, textwrap.wrap(_escaped(sentence), 78, break_on_hyphens=False))
    return found[1:]


def _text(text: str) -> str:
    """A line that roff prints as it is, in ASCII."""
    return _line(_escaped(text))


def _line(escaped: str) -> str:
    return f"\\&{escaped}" if escaped.startswith(".") else escaped  # else it would be a request


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(c, c if c.isascii() else f"\\[u{ord(c):04X}]") for c in text)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)
