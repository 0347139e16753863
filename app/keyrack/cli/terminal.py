"""Asking the person at the terminal, and opening the screen there."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from keyrack.cli.encoding import readable
from keyrack.cli.output import Output, is_terminal
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.secret import Secret

if TYPE_CHECKING:
    from keyrack.cli.context import Context

# More than any token or client secret; a file given by mistake is longer.
MOST_SECRET = 65_536


NO_SCREEN = ("dumb", "unknown")  # values of TERM: of Emacs' shell, of many editors and CI logs


def open_screen(context: Context) -> int:
    """The terminal UI. Raises UsageError where there is no terminal to draw on."""
    need_screen("The screen", "keyrack list shows the same as text; keyrack help tells the rest.")
    code = context.screen(context.parts)
    return code if isinstance(code, int) else 0


def need_screen(what: str, instead: str) -> None:
    """Raise UsageError where `what` can't be drawn, with what to do instead."""
    # Textual draws on stderr.
    if not all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(f"{what} needs a terminal, and here is none.", hint=instead)
    if (term := os.environ.get("TERM")) in NO_SCREEN:
        raise UsageError(f"{what} can't be drawn in this terminal (TERM={term}).", hint=instead)


def agree(out: Output, question: str) -> bool:
    """Ask y/N on stderr. Anything but a yes is a no. UsageError where nobody can answer."""
    if not is_terminal(sys.stdin):
        raise UsageError("There is no terminal to ask on.", hint="--yes says yes beforehand.")
    out.prompt(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def read_document(prompt: str) -> Secret:
    """A secret of several lines from standard input. Raises KeyrackError where nothing comes, or too much."""
    if is_terminal(sys.stdin):
        sys.stderr.write(prompt + "\n")
    text = sys.stdin.read(MOST_SECRET + 1) if sys.stdin else ""
    if not text.strip():
        raise KeyrackError("Nothing came on standard input.", hint="Pipe it in: < key.pem")
    if len(text) > MOST_SECRET:
        raise KeyrackError("Standard input holds more than a key.")
    return Secret(text)


def read_secret(prompt: str) -> Secret:
    """A secret from standard input: one line of a pipe, or typed without being shown.

    Raises KeyrackError where nothing comes, or more than one line.
    """
    if is_terminal(sys.stdin):
        import getpass

        try:
            return Secret(getpass.getpass(readable(prompt, sys.stderr)))
        except EOFError:
            raise KeyrackError("Nothing was typed.") from None
    text = sys.stdin.read(MOST_SECRET + 1) if sys.stdin else ""
    lines = text[:MOST_SECRET].strip().splitlines()
    if not lines:
        hint = "Pipe the secret in, or run this in a terminal."
        raise KeyrackError("Nothing came on standard input.", hint=hint)
    if len(lines) > 1 or len(text) > MOST_SECRET:
        raise KeyrackError("Standard input holds more than one line, so it is not a secret alone.")
    return Secret(lines[0])


class PassphrasePrompt:
    """Asks for the vault's passphrase at the terminal, again where it was the wrong one."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> Secret | None:
        """What was typed without being shown; None where that is nothing."""
        again, self._asked = self._asked, True
        return _hidden(f"{'That is not it. ' if again else ''}Passphrase of the sealed vault: ") or None


def new_passphrase() -> Secret:
    """A passphrase that a person thinks of, typed twice, or one line of a pipe. Raises KeyrackError."""
    if not is_terminal(sys.stdin):
        return read_secret("")
    first = _hidden("New passphrase for the sealed vault: ")
    if not first:
        raise KeyrackError("Nothing was typed.")
    if _hidden("The same again: ") != first:
        raise KeyrackError("These were two different passphrases.", hint="Nothing was changed; try again.")
    return first


def _hidden(prompt: str) -> Secret:
    import getpass

    try:
        return Secret(getpass.getpass(readable(prompt, sys.stderr), sys.stderr))
    except EOFError:
        return Secret("")
