"""Who an account belongs to, so that it can be recognized by its owner and by nobody else."""

from __future__ import annotations

from keyrack.domain.model import DEFAULT_ACCOUNT


def masked(label: str) -> str:
    """The first character and what is behind the @: "a…@example.com". A name has its first character only."""
    who, at, domain = label.rpartition("@")
    if not at:
        who, domain = label, ""
    return f"{who[:1]}…{at}{domain}" if label else ""


def account_words(account: str, label: str) -> str:
    """The account, unless it is the default one, and its masked owner: "work (a…@example.com)"."""
    name = "" if account == DEFAULT_ACCOUNT else masked(account) if "@" in account else account
    who = masked(label)
    return f"{name} ({who})" if name and who else name or who
