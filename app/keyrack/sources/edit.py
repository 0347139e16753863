"""The ways `keyrack adopt` can replace a secret in a program's file. Each program's module selects one."""

from typing import NamedTuple


class EditJson(NamedTuple):
    """Replace the secret in a JSON file with a reference to a variable."""

    root: str  # the object that holds the servers
    reference: str = "${NAME}"
    commas: bool = True  # a comma after the last item is allowed


class EditToml(NamedTuple):
    """Do the same in a TOML file."""

    root: str
    reference: str = "${NAME}"


class EditFields(NamedTuple):
    """Move the header to a TOML field that names the variable."""

    root: str
    headers: str  # the table of headers with literal values
    bearer: str  # the field that names a bearer token's variable
    others: str  # the table that names the variables of all other headers


class ByHand(NamedTuple):
    """keyrack never writes the file. The user edits it, following its instructions."""

    because: str
    reference: str = "${NAME}"


class NotMovable(NamedTuple):
    """The secret stays in the file."""

    because: str


Edit = EditJson | EditToml | EditFields | ByHand | NotMovable
