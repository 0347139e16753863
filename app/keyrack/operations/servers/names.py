"""What can be typed for a server, an account or a program. Reads files and records, never a keychain."""

from __future__ import annotations

from keyrack.domain.address_key import shown
from keyrack.domain.held import slug
from keyrack.domain.model import Server
from keyrack.domain.resource import canonical_url, is_address, parse_url
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.owners import Owners

Named = dict[str, str]  # a name, and what it stands for


def servers(adapters: Adapters, typed: str = "", *, local: bool = False) -> Named:
    """The names of the remote servers, each with its URL; a server's other names once something is `typed`,
    and its URL once that starts like one. `local`: those of local servers too, each with its program."""
    found: Named = {}
    known = _known(adapters)
    for each in known:
        found.setdefault(each.name, shown(each.url or ""))
    for each in known:
        for alias in each.aliases if typed else ():
            found.setdefault(alias, shown(each.url or ""))
        if typed.startswith("http") and each.url and each.address_key is None:
            found.setdefault(each.url, each.name)
    for each in adapters.read().servers if local else ():
        if each.url is None:
            found.setdefault(each.name, each.command or "")
    return found


def own_servers(adapters: Adapters) -> Named:
    """The names in keyrack's own file, each with its URL or command."""
    return {
        source.name: shown(server.url or "") or server.command or ""
        for server in adapters.read().servers
        for source in server.sources
        if source.client == "keyrack"
    }


def accounts(adapters: Adapters, name_or_url: str | None) -> Named:
    """The accounts with a credential, of one server or, without a name, of all; and whose they are."""
    records = adapters.credentials().records()
    urls = None if name_or_url is None else _urls(adapters, name_or_url)
    return {
        key.account: record.credential.label
        for key, record in sorted(records.items())
        if record.credential is not None and (urls is None or key.url in urls)
    }


def programs(adapters: Adapters) -> Named:
    """The programs whose logins keyrack can read and change."""
    found = adapters.other_programs().programs()
    return {slug(program.name): program.name for program in found if program.is_readable}


def programs_to_connect(adapters: Adapters) -> Named:
    """The programs that can take their tokens from keyrack."""
    return {slug(name): name for name in adapters.entries().programs()} | programs(adapters)


def _known(adapters: Adapters) -> list[Server]:
    """The remote servers that are configured, and those of credentials without one."""
    owners = Owners(adapters.read(), adapters.credentials(), adapters.credentials().records())
    listed = owners.servers()
    return [each for each in (*listed, *(stray.server for stray in owners.strays(listed))) if each.url]


def _urls(adapters: Adapters, name_or_url: str) -> set[str]:
    if is_address(name_or_url):
        return {canonical_url(parse_url(name_or_url))}
    known = [each for each in _known(adapters) if name_or_url in (each.name, *each.aliases)]
    return {canonical_url(each.url) for each in known if each.url}
