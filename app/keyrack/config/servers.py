"""Adds servers and default accounts to keyrack's configuration file."""

from __future__ import annotations

from typing import Any

from keyrack.config import file as own_file
from keyrack.config.file import OwnFile
from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError
from keyrack.domain.reading import account_key
from keyrack.domain.resource import parse_url
from keyrack.system import writing


def set_account(path: str, url: str, account: str) -> None:
    """Make `account` the default account of this server. Raises KeyrackError.

    If several servers share the URL, `url` is followed by the server's name.
    """
    own_file.set_value(path, ("accounts", account_key(url)), account)


def set_publish(path: str, key: str, programs: str) -> None:
    """Write which programs get the fresh tokens of this server, or that none does. Raises KeyrackError."""
    if programs:
        own_file.set_value(path, ("publish", account_key(key)), programs)
    else:
        own_file.delete_value(path, ("publish", account_key(key)))


def taken(path: str, name: str) -> KeyrackError:
    """The error for a name that the file has already."""
    return KeyrackError(f"{path} already has a server called “{name}”.", hint="Choose another name.")


def add_server(path: str, name: str, url: str, **more: Any) -> None:
    """Add a server to the file, which need not exist; comments and order stay.

    `more` has the fields named above; None leaves one out. Raises BadUrl, and
    KeyrackError if the name is taken or the file can't be read or written. Then
    nothing has changed.
    """
    if not name.strip():
        raise KeyrackError("The server needs a name.")
    given = {key: value for key, value in more.items() if value is not None}
    table = {"url": url if "${" in url else without_key(parse_url(url)), **given}

    def added(old: OwnFile) -> str:
        servers = old.data.get("servers", {})
        if not isinstance(servers, dict):
            raise KeyrackError(f"{path}: “servers” is not a table. Nothing was changed.")
        if name in servers:
            raise taken(path, name)
        return own_file.with_table(old, ("servers", name), table)

    if own_file.read(path).is_there:
        own_file.edit(path, added)
    else:
        writing.create(path, added(OwnFile(path, "", {}, "", is_there=False)).encode())
