"""Adds and changes servers in keyrack's own file. What is stored for a server stays with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.model import DEFAULT_ACCOUNT, Check, Server, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Reading
from keyrack.domain.resource import canonical_url, is_address, origin, parse_url
from keyrack.domain.server_settings import url_key
from keyrack.domain.text import plain
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.find import find
from keyrack.operations.servers.kept_credentials import KeptCredentials
from keyrack.operations.servers.owners import Owners

OWN = "keyrack"
LONGEST = 200  # characters of a name
CLIENT_SECRET = "client_secret"  # the setting
Table = Mapping[str, Any]


class Entry(NamedTuple):
    """A server's table in keyrack's own file."""

    name: str
    table: Table
    server: Server  # with all its entries


class Affected(NamedTuple):
    """What else a change has to do with."""

    same_url: tuple[str, ...] = ()  # other servers of the file, each with its own credential
    left: tuple[Server, ...] = ()  # as these are listed now what no configured server has any more
    askers: tuple[str, ...] = ()  # programs that ask keyrack for the server by its old name
    told: tuple[str, ...] = ()  # sentences


def entry_of(adapters: Adapters, server: Server) -> Entry:
    """The server's table. Raises KeyrackError if it is another program's, with the file."""
    source = own_source(server)
    if source is None:
        where = [place_of(adapters, each) for each in server.sources]
        raise KeyrackError(
            f"{server.name} is not in keyrack's own file."
            + (f" It is configured by {'; '.join(where)}." if where else " No file names it any more."),
            hint="To open the file there, press o in keyrack's screen." if where else "",
        )
    table = adapters.own_servers().table(source.name)
    if table is None:
        raise KeyrackError(f"{source.name} is not in {adapters.own_servers().path} any more.")
    return Entry(source.name, table, server)


def entry_named(adapters: Adapters, name_or_url: str) -> Entry:
    """The server's table, by its name in the file or as `find` finds it. Raises KeyrackError."""
    table = adapters.own_servers().table(name_or_url)
    if table is None or tuple(table) == ("confirm",):  # about a local server of another program
        return entry_of(adapters, find(adapters, name_or_url))
    row = _row(adapters.read(), name_or_url) or adapters.as_read(name_or_url, table)[0]
    return Entry(name_or_url, table, row)


def must_be_asked(was: Entry, table: Table) -> bool:
    """Is more changed than what only keyrack uses?"""
    changed = {key for key in (*was.table, *table) if was.table.get(key) != table.get(key)}
    return not changed <= {"confirm", "account"} and "command" not in table


def own_source(server: Server) -> Source | None:
    """The server's entry in keyrack's own file."""
    return next((source for source in server.sources if source.client == OWN), None)


def place_of(adapters: Adapters, source: Source) -> str:
    """A program, its file, and the line of the entry."""
    line = adapters.other_programs().line_of_entry(source)
    return f"{source.client} in {source.path}{f', line {line}' if line else ''}"


def understood(adapters: Adapters, name: str, table: Table, was: Entry | None = None) -> Server:
    """The server as it would be read from the file. `was`: the entry that is changed.

    Raises BadUrl, and UsageError for a mistake that is not in `was` already, or for a secret in plain text.
    """
    if was is None or name != was.name:
        _check_name(name)
    key = url_key(table)
    if was is not None and "command" in was.table and table != was.table:
        raise UsageError(
            f"{was.name} is a local process (stdio); only its name can be changed here.",
            hint="To open the file there, press o in keyrack's screen.",
        )
    url = table.get(key)
    if isinstance(url, str) and (was is None or url != was.table.get(key)):
        typed_url(url)
    server, problems = adapters.as_read(name, table)
    before, known = adapters.as_read(was.name, was.table) if was else (None, ())
    old = {problem.sentence for problem in known}
    for problem in problems:
        if problem.sentence not in old:
            raise UsageError(problem.sentence)
    if server.address_key is not None and server.address_key.plaintext and before is None:
        raise UsageError(
            f"The URL contains a key ({server.address_key.where}), which would be in plain text in the file."
        )
    if server.url is None and "command" not in table:
        raise UsageError(server.problem or "The server needs a URL.")
    literal = {header.name for header in before.plaintext_headers} if before else set[str]()
    for header in server.plaintext_headers:
        if header.name not in literal or table.get("headers") != (was and was.table.get("headers")):
            raise UsageError(
                f"The header {plain(header.name, 60)} would be a secret in plain text in the file.",
                hint="Use a variable, such as ${NAME}, or store it in the keychain with: keyrack set NAME"
                " --header HEADER",
            )
    if was is not None and before is not None:
        _keep_secrets_there(was, before, server, table)
    return server


def _keep_secrets_there(was: Entry, before: Server, now: Server, table: Table) -> None:
    """A secret in the file is for one server: another one does not get it because its address was changed.

    Raises UsageError.
    """
    if before.url is None or now.url is None or origin(before.url) == origin(now.url):
        return
    kept = [f"the header {plain(header.name, 60)}" for header in now.plaintext_headers]
    secret = table.get(CLIENT_SECRET)
    if isinstance(secret, str) and "${" not in secret and secret == was.table.get(CLIENT_SECRET):
        kept.append("the client secret")
    if kept:
        raise UsageError(
            f"{was.name} has a secret in plain text in the file that is for {origin(before.url)}: {kept[0]}.",
            hint="Remove it, or use a variable, such as ${NAME}. Then change the address.",
        )


def typed_url(text: str) -> str:
    """The URL to store, in its usual form; one with a variable as it is. Raises BadUrl, also for one with a
    key."""
    return text if "${" in text else without_key(parse_url(text))


def _check_name(name: str) -> None:
    if not name.strip():
        raise UsageError("The server needs a name.")
    if len(name) > LONGEST or plain(name, LONGEST) != name or is_address(name):
        raise UsageError("The name must be short, and can't be a URL.")


def add(adapters: Adapters, name: str, table: Table) -> Affected:
    """Add a server. Raises KeyrackError, and then nothing has changed."""
    reading = adapters.read()
    adapters.own_servers().add(name, table)
    url = table.get("url")
    return Affected(same_url=tuple(each.name for each in reading.servers if _is_own_at(each, url)))


def note_check(adapters: Adapters, name: str, check: Check | None) -> None:
    """Note what a server answered before it was saved, so that it is listed as checked. A check with its own
    credential says more."""
    if check is None:
        return
    reading, credentials = adapters.read(), adapters.credentials()
    row = _row(reading, name)
    key = Owners(reading, credentials).of(row).key if row is not None else None
    record = credentials.record(key) if key is not None else None
    if key is not None and (record is None or record.credential is None):
        with suppress(KeyrackError):  # the disk is full; the next check is noted
            credentials.note(key, check=check)


def _is_own_at(server: Server, url: object) -> bool:
    if server.url is None or own_source(server) is None or not isinstance(url, str) or "${" in url:
        return False
    return canonical_url(server.url) == canonical_url(url) and server.account == DEFAULT_ACCOUNT


def change(adapters: Adapters, was: Entry, name: str, table: Table) -> Affected:
    """Change a server, and take what is stored for it along.

    Its credentials are for its URL. Under another name they stay the server's own; with another URL they
    are left where they are, and never sent there. Raises KeyrackError, and then everything is as before.
    """
    own, before = adapters.own_servers(), adapters.read()
    is_renamed = name != was.name
    kept = KeptCredentials(adapters, before, _row(before, was.name))
    if is_renamed:
        kept.require_writable()
    kept.note_owners()
    renamed = _account_keys(_row(before, was.name), was.name, name) if is_renamed else {}
    own.change(was.name, was.table, table, new_name=name if is_renamed else "", renamed=renamed)
    after = adapters.read()
    if is_renamed:
        try:
            kept.move(after, _row(after, name))
        except KeyrackError:
            back = {new: old for old, new in renamed.items()}
            own.change(name, table, was.table, new_name=was.name, renamed=back)
            raise
    return Affected(left=kept.left_behind(after), askers=_askers(adapters, was.name) if is_renamed else ())


def _row(reading: Reading, name: str) -> Server | None:
    """The server with this entry in keyrack's own file."""
    return next(
        (server for server in reading.servers
         for source in server.sources if source.client == OWN and source.name == name), None
    )  # fmt: skip


def _account_keys(row: Server | None, name: str, new_name: str) -> dict[str, str]:
    """How the file's other tables name the server, if its URL is not enough for that."""
    if row is None or row.url is None or row.tag != name:
        return {}
    if any(source.name == name and source.client != OWN for source in row.sources):
        return {}  # the other program's entry keeps the name
    url = canonical_url(row.url)
    return {f"{url} {name}": f"{url} {new_name}"}


def _askers(adapters: Adapters, name: str) -> tuple[str, ...]:
    return tuple(each.program for each in adapters.connections().all() if name in each.words)


def accounts_of(adapters: Adapters, was: Entry) -> tuple[str, ...]:
    """The accounts of the server that have a stored credential."""
    before = adapters.read()
    return KeptCredentials(adapters, before, _row(before, was.name)).accounts


def remove(adapters: Adapters, was: Entry, *, clear: Collection[str] = ()) -> Affected:
    """Delete a server from the file, and the credentials of these accounts, unless another program lists it.

    Raises KeyrackError, and then nothing has changed.
    """
    before = adapters.read()
    kept = KeptCredentials(adapters, before, _row(before, was.name))
    if clear:
        kept.require_writable(any_key=True)
    kept.note_owners()
    adapters.own_servers().remove(was.name, was.table)
    after = adapters.read()
    others = tuple(
        f"{each.client} still lists it in {each.path}." for each in was.server.sources if each.client != OWN
    )
    if clear:
        told = (*others, *kept.cleared(after, clear))
        left = tuple(server for server in kept.left_behind(after) if server.account not in clear)
        return Affected(left=left, told=told)
    return Affected(left=kept.left_behind(after), told=others)
