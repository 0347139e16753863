"""A change of another program's file, before it is made."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.model import SCHEME_WORDS, Source
from keyrack.domain.secret import Secret


class Rewrite(NamedTuple):
    """A change that has not been made yet. Its diff shows no secret."""

    source: Source
    diff: tuple[str, ...]
    lines: tuple[int, ...]  # where the token stands in the file once more, and stays
    old: Secret  # both texts hold the file's other secrets
    new: Secret


def split(value: Secret) -> tuple[str, Secret]:
    """A header's value as its scheme with a space behind it, or "", and the token."""
    text = value.reveal().strip()
    scheme, space, token = text.partition(" ")
    if space and scheme.lower() in SCHEME_WORDS:
        return f"{scheme} ", Secret(token.strip())
    return "", Secret(text)
