"""Prompts at the terminal, and opening the terminal UI."""

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

# Longer than any token or client secret; a file given by mistake is longer still.
MOST_SECRET = 65_536


NO_SCREEN = ("dumb", "unknown")  # TERM in Emacs' shell, many editors and CI logs


def open_screen(context: Context) -> int:
    """Open the terminal UI. Raises UsageError if there is no terminal to draw on."""
    need_screen(
        "The terminal UI", "Run keyrack list for the same list as text, or keyrack help for all commands."
    )
    code = context.screen(context.adapters)
    return code if isinstance(code, int) else 0


def need_screen(what: str, instead: str) -> None:
    """Raise UsageError if `what` can't be drawn here, with what to do instead."""
    # Textual draws on stderr.
    if not all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(f"{what} needs a terminal, and there is none here.", hint=instead)
    if (term := os.environ.get("TERM")) in NO_SCREEN:
        raise UsageError(f"{what} can't be drawn in this terminal (TERM={term}).", hint=instead)


def agree(out: Output, question: str) -> bool:
    """Ask y/N on stderr. Anything but yes means no. Raises UsageError if nobody can answer."""
    if not is_terminal(sys.stdin):
        raise UsageError("There is no terminal to ask on.", hint="Use --yes to confirm in advance.")
    out.prompt(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def read_document(prompt: str) -> Secret:
    """A secret of several lines from standard input. Raises KeyrackError if it is empty or too long."""
    if is_terminal(sys.stdin):
        sys.stderr.write(prompt + "\n")
    text = sys.stdin.read(MOST_SECRET + 1) if sys.stdin else ""
    if not text.strip():
        raise KeyrackError("Standard input is empty.", hint="Redirect a file to it: < FILE")
    if len(text) > MOST_SECRET:
        raise KeyrackError("Standard input is too long for a key.")
    return Secret(text)


def read_secret(prompt: str) -> Secret:
    """A secret from standard input: one line from a pipe, or typed at a hidden prompt.

    Raises KeyrackError if it is empty, or has more than one line.
    """
    if is_terminal(sys.stdin):
        import getpass

        try:
            return Secret(getpass.getpass(readable(prompt, sys.stderr)))
        except EOFError:
            raise KeyrackError("Nothing was entered.") from None
    text = sys.stdin.read(MOST_SECRET + 1) if sys.stdin else ""
    lines = text[:MOST_SECRET].strip().splitlines()
    if not lines:
        hint = "Pipe the secret in, or run this in a terminal."
        raise KeyrackError("Standard input is empty.", hint=hint)
    if len(lines) > 1 or len(text) > MOST_SECRET:
        raise KeyrackError("Standard input has more than one line; it must contain only the secret.")
    return Secret(lines[0])


class PassphrasePrompt:
    """Asks for the vault's passphrase at the terminal, and again if it was wrong."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> Secret | None:
        """The passphrase typed at the hidden prompt; None if it is empty."""
        again, self._asked = self._asked, True
        return _hidden(f"{'Wrong passphrase. ' if again else ''}Passphrase for the sealed vault: ") or None


def new_passphrase() -> Secret:
    """A new passphrase, typed twice, or one line from a pipe. Raises KeyrackError."""
    if not is_terminal(sys.stdin):
        return read_secret("")
    first = _hidden("New passphrase for the sealed vault: ")
    if not first:
        raise KeyrackError("Nothing was entered.")
    if _hidden("Repeat the passphrase: ") != first:
        raise KeyrackError("The two passphrases are different.", hint="Nothing was changed. Try again.")
    return first


def _hidden(prompt: str) -> Secret:
    import getpass

    try:
        return Secret(getpass.getpass(readable(prompt, sys.stderr), sys.stderr))
    except EOFError:
        return Secret("")
