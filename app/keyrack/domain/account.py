"""Account names, and the account that programs get by where they run."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple

LONGEST_NAME = 60  # characters
VARIABLE = "KEYRACK_ACCOUNT"


class AccountHere(NamedTuple):
    """The account that is used without --account, instead of each server's default."""

    account: str  # "" if it can't be known; then `refusal` says why, and no account is used
    why: str = ""  # "KEYRACK_ACCOUNT is set"
    refusal: str = ""


def account_name(text: str) -> str:
    """A typed account name, trimmed and with its Unicode normalized. Raises KeyrackError."""
    import unicodedata

    name = unicodedata.normalize("NFC", text.strip())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise KeyrackError(f"An account name has up to {LONGEST_NAME} printable characters.")
    return name
