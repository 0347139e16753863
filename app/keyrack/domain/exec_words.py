"""The command line by which a local process gets its secrets:

    keyrack exec --secrets NAME -- PROGRAM --option {secret:API_KEY}

An argument gets a secret in the place of `{secret:…}`; all other secrets are variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret

OPTION = "--secrets"
_PLACEHOLDER = r"\{secret:([^{}]+)\}"


class Wrapped(NamedTuple):
    """A command that keyrack runs."""

    secrets: str  # the name of its secrets; "" if it gets only tokens
    words: tuple[str, ...]  # the command itself
    skipped: int  # how many of the arguments belong to keyrack


def wrapping(secrets: str) -> tuple[str, ...]:
    """The arguments of keyrack, before the command."""
    return ("exec", OPTION, secrets, "--")


def unwrapped(program: str, args: Sequence[str]) -> Wrapped | None:
    """The command that this runs with keyrack; None if it does not."""
    name = re.split(r"[\\/]", program)[-1].lower()
    if name not in ("keyrack", "keyrack.exe") or not args or args[0] != "exec" or "--" not in args:
        return None
    end = list(args).index("--")
    words = tuple(args[end + 1 :])
    if not words:
        return None
    secrets = ""
    for at, word in enumerate(args[:end]):
        if word == OPTION:
            secrets = args[at + 1] if at + 1 < end else ""
        elif word.startswith(f"{OPTION}="):
            secrets = word.partition("=")[2]
    return Wrapped(secrets, words, end + 1)


def placeholder(name: str) -> str:
    return f"{{secret:{name}}}"


def placeholders(words: Sequence[str]) -> frozenset[str]:
    """The names of the secrets that the arguments contain."""
    return frozenset(name for word in words for name in re.findall(_PLACEHOLDER, word))


def filled(words: Sequence[str], secrets: Mapping[str, Secret]) -> tuple[str, ...]:
    """The arguments with these secrets. Other placeholders stay as they are."""

    def fill(match: re.Match[str]) -> str:
        found = secrets.get(match[1])
        return match[0] if found is None else found.reveal()

    return tuple(re.sub(_PLACEHOLDER, fill, word) for word in words)
