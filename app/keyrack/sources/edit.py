"""The ways `keyrack adopt` can replace a secret in a program's file. Each program's module selects one.

They are plain classes because every listing imports them, and a NamedTuple takes 0.3 ms to define.
"""


class EditJson:
    """Replace the secret in a JSON file with a reference to a variable.

    `root` is the object that holds the servers. `commas`: a comma after the last item is allowed.
    """

    def __init__(self, root: str, reference: str = "${NAME}", *, commas: bool = True) -> None:
        self.root, self.reference, self.commas = root, reference, commas


class EditToml:
    """Do the same in a TOML file."""

    def __init__(self, root: str, reference: str = "${NAME}") -> None:
        self.root, self.reference = root, reference


class EditFields:
    """Move the header to a TOML field that names the variable.

    `headers` is the table of headers with literal values, `bearer` the field that names a bearer token's
    variable, and `others` the table that names the variables of all other headers.
    """

    def __init__(self, root: str, *, headers: str, bearer: str, others: str) -> None:
        self.root, self.headers, self.bearer, self.others = root, headers, bearer, others


class ByHand:
    """keyrack does not write the file. The user edits it, following its instructions."""

    def __init__(self, because: str, reference: str = "${NAME}") -> None:
        self.because, self.reference = because, reference


class NotMovable:
    """A header's secret stays in the file, because the program has no variables.

    A local process can get its secrets from `keyrack exec` nevertheless: `root` is the object of a JSON file
    that holds the servers, or "" if keyrack does not change the file.
    """

    commas = True

    def __init__(self, because: str, root: str = "") -> None:
        self.because, self.root = because, root


Edit = EditJson | EditToml | EditFields | ByHand | NotMovable
