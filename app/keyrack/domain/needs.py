"""What a person has to do so that a server can be used."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """The most pressing first: what must be done now comes before what must be done soon. In kebab case for
    `--json`. The list, its groups, the header and `keyrack status` all have this order."""

    LOGIN = "login"  # log in, or store another token
    VARIABLE = "variable"  # set the variable that a program's entry refers to
    ENTRY = "entry"  # correct a program's entry
    UNREACHABLE = "unreachable"  # find out why, and check again
    EXPIRING = "expiring"  # log in soon: the credential does not renew itself
    UNLOCK = "unlock"  # unlock the keychain or the vault
