"""What a person has to do so that a server can be used."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """The most pressing first, and in kebab case for `--json`."""

    LOGIN = "login"  # log in, or store another token
    VARIABLE = "variable"  # set the variable that a program's entry refers to
    ENTRY = "entry"  # correct a program's entry
    EXPIRING = "expiring"  # log in soon: the credential does not renew itself
    UNLOCK = "unlock"  # unlock the keychain or the vault
    UNREACHABLE = "unreachable"  # find out why, and check again
