"""Cleans up pasted tokens and other typed fields."""

from __future__ import annotations

import re

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import SCHEME_WORDS
from keyrack.domain.secret import Secret

# Not "QUJD==": that is the end of base64.
_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9_]*=(?!=)(.+)", re.DOTALL)
_EMAIL = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+")


def clean(text: str) -> Secret:
    """The token without spaces, `Bearer`, `KEY=` and quotes around it.

    Raises KeyrackError for a URL, an email address, or nothing.
    """
    text = text.strip()
    assignment = _ASSIGNMENT.fullmatch(text)
    if assignment:
        text = assignment.group(1).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    text = re.sub(r"^authorization:\s*", "", text, flags=re.IGNORECASE)
    first, _, rest = text.partition(" ")
    if rest and first.lower() in SCHEME_WORDS:
        text = rest.strip().removeprefix("token=") if first.lower() == "token" else rest
    text = "".join(text.split())
    if not text or text.lower() in SCHEME_WORDS:
        raise KeyrackError("Nothing was entered.", hint="Paste the token.")
    if "://" in text:
        raise KeyrackError("That is an address, not a token.", hint="Open it and copy the token from there.")
    if _EMAIL.fullmatch(text):
        raise KeyrackError("That is an email address, not a token.", hint="Paste the token itself.")
    if not text.isascii() or not text.isprintable():
        raise KeyrackError("That contains characters that can't be in a token.", hint="Copy the token again.")
    return Secret(text)


def clean_plain(label: str, text: str) -> Secret:
    """A field that is not secret, such as an email address or a site. Raises KeyrackError."""
    text = text.strip()
    if not (text.isascii() and text.isprintable()):
        raise KeyrackError(f"{label} contains invalid characters.", hint="Enter it again.")
    return Secret(text)
