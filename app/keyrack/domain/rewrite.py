"""A planned change to another program's file."""

from __future__ import annotations

from keyrack.domain.change import Step
from keyrack.domain.model import SCHEME_WORDS, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret


class Rewrite(NamedTuple):
    """A change that has not been applied yet. Its diff shows no secrets."""

    source: Source
    diff: tuple[str, ...]
    lines: tuple[int, ...]  # other lines with the same token, which stay unchanged
    old: Secret  # both texts contain the file's other secrets
    new: Secret
    steps: tuple[Step, ...] = ()  # of a JSON file
    notes: tuple[str, ...] = ()  # sentences for the user


def split(value: Secret) -> tuple[str, Secret]:
    """Split a header's value into its scheme with a trailing space, or "", and the token."""
    text = value.reveal().strip()
    scheme, space, token = text.partition(" ")
    if space and scheme.lower() in SCHEME_WORDS:
        return f"{scheme} ", Secret(token.strip())
    return "", Secret(text)
