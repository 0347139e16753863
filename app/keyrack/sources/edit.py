"""How `keyrack adopt` replaces a secret in a program's file; each program's module names its way."""

from typing import NamedTuple


class EditJson(NamedTuple):
    """Write a reference to a variable in place of the secret, in a JSON file."""

    root: str  # the object that holds the servers
    reference: str = "${NAME}"
    commas: bool = True  # a comma after the last item is allowed


class EditToml(NamedTuple):
    """The same in a TOML file."""

    root: str
    reference: str = "${NAME}"


class EditFields(NamedTuple):
    """Move the header to a TOML field that names the variable."""

    root: str
    headers: str  # the table of headers that are written out
    bearer: str  # the field for the variable of a bearer token
    others: str  # the table of variables for all other headers


class ByHand(NamedTuple):
    """keyrack never writes the file; the user does, as it says."""

    because: str
    reference: str = "${NAME}"


class NotMovable(NamedTuple):
    """The secret stays in the file."""

    because: str


Edit = EditJson | EditToml | EditFields | ByHand | NotMovable
