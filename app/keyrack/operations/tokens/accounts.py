"""The accounts of a server: lists them, and sets the default."""

from __future__ import annotations

from keyrack.domain.account import account_name
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import DEFAULT_ACCOUNT, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import canonical_url
from keyrack.domain.status import Action
from keyrack.operations.credential import credential_key
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Row, row_of
from keyrack.operations.servers.owners import Owners, account_key
from keyrack.wording.commands import command_for, command_line


class Account(NamedTuple):
    """One account of a server."""

    name: str
    label: str  # who the account belongs to, if the server said so; else ""
    is_default: bool
    row: Row
    is_used: bool = False  # here: KEYRACK_ACCOUNT or the folder may choose another than the default


def accounts_of(adapters: Adapters, server: Server) -> tuple[Account, ...]:
    """The default first, then by name. Reads records, never the keychain."""
    url, records = credential_key(server).url, adapters.credentials().records()
    owners = Owners(adapters.read(), adapters.credentials(), records)
    server = owners.named(url, server.name) or server._replace(account=DEFAULT_ACCOUNT)
    chosen, used = owners.default_of(server), owners.of(server).account
    stored = {key.account for key, record in records.items() if key.url == url and record.credential}
    found: list[Account] = []
    for name in sorted({chosen, used, *stored}, key=lambda name: (name != chosen, name)):
        account = owners.of(server, name)
        row = row_of(account, records.get(credential_key(account)), adapters.now())
        if row.credential is None and name not in (chosen, used):
            continue  # belongs to another server at the same address
        label = row.credential.label if row.credential else ""
        found.append(Account(name, label, name == chosen, row, name == used))
    return tuple(found)


def nothing_stored(adapters: Adapters, server: Server) -> LoginNeeded:
    """The error if the account that is meant has no credential."""
    stored = [each.name for each in accounts_of(adapters, server) if each.row.credential is not None]
    hint = f"Run: {command_for(Action.LOGIN, server)}"
    if stored:
        choose = command_line("accounts", server._replace(account=DEFAULT_ACCOUNT, account_named=False))
        hint = f"It has: {', '.join(stored)}. Use --account, or set a default: {choose} --default NAME"
    said = f"Nothing is stored for {server.display_name}."
    reading = adapters.read()
    if reading.here is not None and reading.here.account == server.account:
        said = f"Nothing is stored for {server.display_name}: {reading.here.why}."
        hint = f"Run: {command_line('login', server)}"
        if stored:
            hint += f". To use another account here: --account NAME. It has: {', '.join(stored)}."
    if server.helper is not None:
        client = server.helper.source.client
        said += f" {client} gets its headers from its own helper, which keyrack does not run."
    beside = [each.display_name for each in reading.servers if is_beside(each, server)]
    if beside:
        said += f" Other servers with this URL: {', '.join(beside)}."
    return LoginNeeded(said, hint=hint)


def is_beside(other: Server, server: Server) -> bool:
    """Do two configured servers share the address, each with a credential of its own?"""
    if not server.tag or other.url is None or server.url is None or other.tag == server.tag:
        return False
    return canonical_url(other.url) == canonical_url(server.url)


def make_default(adapters: Adapters, server: Server, account: str) -> None:
    """Make `account` the default. Raises KeyrackError if it has no credential."""
    name = account_name(account)
    known = [each.name for each in accounts_of(adapters, server) if each.row.credential is not None]
    if name not in known:
        raise KeyrackError(
            f"Nothing is stored for {server.name} under an account called {name}.",
            hint=f"It has: {', '.join(known) or 'none yet'}. To add one, log in with --account.",
        )
    adapters.set_account(account_key(server), name)
