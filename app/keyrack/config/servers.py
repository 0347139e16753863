"""Writing servers and default accounts into keyrack's own file."""

from __future__ import annotations

from typing import Any

from keyrack.config import file as own_file
from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError
from keyrack.domain.reading import account_key
from keyrack.domain.resource import parse_url


def set_account(path: str, url: str, account: str) -> None:
    """Make `account` the one that is meant for this server where none is named. Raises KeyrackError.

    Of several servers at one address the name follows behind the URL.
    """
    own_file.set_value(path, ("accounts", account_key(url)), account)


def add_server(path: str, name: str, url: str, **more: Any) -> None:
    """Write a server into the file, which need not exist; comments and order stay.

    `more` are the fields named above; None leaves one out. Raises BadUrl, and
    KeyrackError when the name is taken or the file can't be read or written; then
    nothing has changed.
    """
    if not name.strip():
        raise KeyrackError("The server needs a name.")
    old = own_file.read(path)
    servers = old.data.get("servers", {})
    if not isinstance(servers, dict):
        raise KeyrackError(f"{path}: “servers” is not a table. Nothing was changed.")
    if name in servers:
        raise KeyrackError(f"{path} already has a server called “{name}”.", hint="Choose another name.")
    given = {key: value for key, value in more.items() if value is not None}
    own_file.add_table(old, ("servers", name), {"url": without_key(parse_url(url)), **given})
