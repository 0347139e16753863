"""mcpc: keychain items `auth-profile:<host>:<profile>:tokens` and `…:client`. Without a keychain,
`~/.mcpc/credentials.json` maps these names to JSON texts.

A token is for one host, so its URL is the profile's or, without one, that of the only server on the host.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text_at, value_at
from keyrack.system.paths import Env

LAYOUT = Layout("accessToken", "refreshToken", "expiresAt", SECONDS, is_whole=True, expires_in="expiresIn")
PREFIX, TOKENS, CLIENT = "auth-profile:", ":tokens", ":client"
DEFAULT = "default"


class _Profile(NamedTuple):
    """What an account's name says."""

    stem: str  # without its end
    host: str
    name: str


def rows(opened: Opened) -> Iterator[Row]:
    profiles = opened.beside("profiles.json")
    if opened.item is None:
        found = list(opened.encoded())
        clients = {account: row for _, account, row in found if account.endswith(CLIENT)}.get
    else:
        found = [((), opened.item.account, opened.data)]
        clients = opened.beside_item
    for path, account, row in found:
        profile = _profile(account)
        if profile is None:
            continue
        client = clients(f"{profile.stem}{CLIENT}")
        url = text_at(profiles, "profiles", profile.host, profile.name, "serverUrl")
        yield Row(
            path,
            row,
            LAYOUT,
            url=url or opened.urls.with_digest(_host, profile.host),
            client_id=text_at(client, "clientId") or None,
            client_secret=secret(value_at(client, ("clientSecret",))),
            label="" if profile.name == DEFAULT else profile.name,
            needs=("accessToken", "tokenType"),
        )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items."""
    hosts = value_at(folder.read("profiles.json"), ("profiles",))
    for host, profiles in hosts.items() if isinstance(hosts, dict) else ():
        for name in profiles if isinstance(profiles, dict) else ():
            yield f"{PREFIX}{host}:{name}{TOKENS}"
            yield f"{PREFIX}{host}:{name}{CLIENT}"


def _profile(account: str) -> _Profile | None:
    """None if the account is another kind of item."""
    stem = account.removesuffix(TOKENS)
    host, colon, name = stem.removeprefix(PREFIX).rpartition(":")
    return _Profile(stem, host, name) if colon and stem != account and stem.startswith(PREFIX) else None


def _host(url: str) -> str:
    """The host with its port, if that is written."""
    return url.partition("://")[2].partition("/")[0].lower()
