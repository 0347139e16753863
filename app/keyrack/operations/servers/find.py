"""Finds the server that the user means by a name or a URL, and never another one with the same URL."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.domain.address_key import find_key, key_refused
from keyrack.domain.errors import Ambiguous, KeyrackError, NoSuchServer
from keyrack.domain.model import DEFAULT_ACCOUNT, CredentialKey, Server
from keyrack.domain.reading import Reading
from keyrack.domain.resource import canonical_url, is_address, parse_url
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.servers.account_here import chosen_here
from keyrack.operations.servers.owners import Owners, name_of


def find(
    adapters: Adapters, name_or_url: str, account: str | None = None, *, name: str | None = None
) -> Server:
    """The server that is meant. `name` selects one if several share the URL.

    `account` defaults to the entry's own, then that of KEYRACK_ACCOUNT or of the folder, then the server's
    default, then the only one with a credential. A URL need not be configured. Raises NoSuchServer (exit
    code 6), Ambiguous, BadUrl, and KeyrackError if the folder's account can't be known.
    """
    reading = adapters.read()
    server = _found(adapters.credentials(), reading, name_or_url, account, name)
    if reading.confirm and server.key is not None and server.key.url in reading.confirm:
        return server._replace(confirm=True)
    return server


def _found(
    credentials: CredentialStore, reading: Reading, name_or_url: str, account: str | None, name: str | None
) -> Server:
    owners = Owners(reading, credentials)
    chosen = chosen_here(reading, account)
    if is_address(name_or_url):
        url = parse_url(name_or_url)
        keyed = _with_key(reading, url)
        if keyed is not None:
            return keyed
        server = _at(owners, reading, url, account, chosen, name)
    else:
        server = _by_name(owners, reading, credentials, name_or_url, account, chosen)
    if server.tag and server.url is not None:
        key = CredentialKey(canonical_url(server.url), server.account)
        keep_apart(credentials, key, owners.first(server, key))
    return server


def _by_name(
    owners: Owners,
    reading: Reading,
    credentials: CredentialStore,
    name: str,
    account: str | None,
    chosen: str | None,
) -> Server:
    servers = reading.servers
    for server in servers:
        if server.name == name:
            return owners.of(server, account)
    found = [server for server in servers if name in server.aliases]
    if len(found) > 1:
        raise _several(f"Several servers are called “{name}”", found)
    if found:
        return owners.of(found[0], account, name)
    strays = [each.server for each in owners.strays(owners.servers()) if each.server.name == name]
    wanted = chosen or DEFAULT_ACCOUNT
    for server in (*(each for each in strays if each.account == wanted), *strays):
        return server._replace(account=chosen or server.account)
    for key in credentials.records():  # a server may only have a record of a check
        if not key.secrets and name_of(key.url) == name:
            return _at(owners, reading, key.url, account, chosen, None)
    raise _no_such(reading, name)


def _with_key(reading: Reading, url: str) -> Server | None:
    """The configured server whose URL contains this key; None if there is no key in `url`.

    Raises BadUrl if no file contains it: a typed URL would be stored, shown and sent with the key.
    """
    found = find_key(url)
    if found is None:
        return None
    for server in reading.servers:
        if server.address_key is not None and server.address_key.url == Secret(url):
            return server
    raise key_refused(found)


def _at(
    owners: Owners, reading: Reading, url: str, account: str | None, chosen: str | None, name: str | None
) -> Server:
    """The server at a URL; if there are several, the one with the account that is meant, if any.

    `account` is the typed one, which `chosen` is too, or else the one of `chosen_here`.
    """
    rows = owners.at(url)
    if name is not None:
        rows = [each for each in rows if name in (each.name, *each.aliases)]
        if not rows:
            raise NoSuchServer(
                f"No server with that URL is called “{name}”.", hint="Run keyrack list to see the names."
            )
    typed = name if name is not None and name != rows[0].name else ""
    wanted = chosen or reading.accounts.get(canonical_url(url), DEFAULT_ACCOUNT)
    meant = [each for each in rows if each.account == wanted]
    if not rows:
        return _unconfigured(owners, url, chosen)
    # For an account that none of them names, servers that differ only in their accounts count as one.
    as_one = chosen is not None and not meant and not any(each.tag for each in rows)
    if len(meant or rows) > 1 and not as_one:
        raise _several(f"Several servers have the URL {url}", meant or rows)
    server = (meant or rows)[0]
    return owners.of(server, chosen if len(rows) > 1 and as_one else account, typed)


def _unconfigured(owners: Owners, url: str, account: str | None) -> Server:
    """A server that is not configured, with what is stored for it."""
    wanted = canonical_url(url)
    strays = [each.server for each in owners.strays(()) if each.server.url == wanted]
    strays = [each for each in strays if account in (None, each.account)]
    named = [each for each in strays if each.key_name]
    if named and len(strays) > 1:
        raise _several(f"Several servers have the URL {url}", strays)
    if named:
        return named[0]
    return owners.of(Server(url, url, account or DEFAULT_ACCOUNT), account)


def _several(what: str, servers: Sequence[Server]) -> Ambiguous:
    names = ", ".join(server.display_name for server in servers)
    return Ambiguous(f"{what}: {names}.", hint="Use one of the names that keyrack list shows.")


def _no_such(reading: Reading, name: str) -> NoSuchServer:
    import difflib

    close = difflib.get_close_matches(name, [server.name for server in reading.servers], 1)
    hint = f"Did you mean {plain(close[0], 120)}?" if close else "Run keyrack list to see the names."
    broken = next((place.path for place in reading.places if place.found == "broken"), None)
    if broken and not close:
        hint = f"It may be in {broken}, which can't be read. Run keyrack doctor to see why."
    return NoSuchServer(f"No server is called “{name}”.", hint=hint)


def keep_apart(credentials: CredentialStore, key: CredentialKey, owner: Server | None) -> None:
    """Record which server the first credential belongs to, in case that server is removed later."""
    record = credentials.record(key)
    if owner is None or record is None or record.credential is None or record.credential.apart:
        return
    try:
        credentials.note(key, names=record.credential.names or owner.full_names)
    except KeyrackError:
        pass  # the disk is read-only; without the note no token goes to a wrong server
