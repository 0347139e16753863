"""The fields by which an entry takes its token from keyrack, and the ones that they replace."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keyrack.domain.connection import BRIDGE_URL, Connection, Method
from keyrack.domain.headers import carries_credential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.connect import Connect

Path = tuple[str, ...]

# What belongs to an address or a command, in all programs. The rest of an entry stays.
ADDRESSES = ("url", "serverUrl", "httpUrl", "baseUrl", "uri")
CREDENTIALS = (
    "headersHelper", "http_headers_helper", "bearer_token_env_var", "bearerTokenEnv", "bearerTokenEnvVar",
    "apiKey", "authToken", "auth_token",
)  # fmt: skip
LOGINS = ("auth", "oauth", "oauth_resource", "scopes", "authProviderType")
PROCESSES = ("command", "cmd", "args", "env", "envs", "environment", "env_vars", "env_keys")
KINDS = ("type", "transport")
HEADERS = ("headers", "http_headers", "env_http_headers", "requestOptions")


class Fields(NamedTuple):
    """What an entry gets, and the paths in it of what goes."""

    sets: Mapping[str, Any]
    drops: tuple[Path, ...]


def words_of(connection: Connection) -> tuple[str, ...]:
    """keyrack's command line with the locations in front of it, as a helper has them."""
    if not connection.env:
        return connection.words
    return ("env", *(f"{name}={value}" for name, value in connection.env), *connection.words)


def connected(how: Connect, connection: Connection, old: Mapping[str, Any] | None, variable: str) -> Fields:
    """How the entry becomes connected; `old` is the entry now, None if there is none."""
    if connection.method is Method.HELPER:
        return _with_helper(how, connection, old)
    if connection.method is Method.VARIABLE:
        return _with_variable(how, connection, old, variable)
    return _with_bridge(how, connection, old)


def remote(how: Connect, connection: Connection, old: Mapping[str, Any] | None) -> Fields:
    """The entry with its address, and nothing of keyrack's."""
    if connection.method is Method.HELPER:
        return Fields({}, ((how.helper,),))
    kinds = {how.inside} if how.inside else set[str]()
    drops = [(name,) for name in (*PROCESSES, *KINDS) if old and name in old and name not in kinds]
    kind = how.remote or ({"type": "streamableHttp"} if how.inside else {})
    fields = {**_fresh(kind, old), how.url: connection.url}
    sets = {how.inside: fields} if how.inside else fields
    return Fields(sets, tuple(drop for drop in drops if drop[0] not in sets))


def _with_helper(how: Connect, connection: Connection, old: Mapping[str, Any] | None) -> Fields:
    new = {} if old is not None else {**how.remote, how.url: connection.url}
    drops = [*_credential_headers(how, old or {}), *_named(old, CREDENTIALS)]
    sets = {**new, how.helper: shlex.join(words_of(connection))}
    return Fields(sets, tuple(drop for drop in drops if drop[0] not in sets))


def _with_variable(
    how: Connect, connection: Connection, old: Mapping[str, Any] | None, variable: str
) -> Fields:
    new = {} if old is not None else {**how.remote, how.url: connection.url}
    drops = [*_credential_headers(how, old or {}), *_named(old, CREDENTIALS)]
    if how.variable:
        first, _, rest = how.variable.partition(".")
        sets = {**new, first: {"type": "static", rest: variable} if rest else variable}
        return Fields(sets, tuple(drop for drop in drops if drop[0] not in sets))
    value: Any = {"Authorization": f"Bearer {how.reference.replace('NAME', variable)}"}
    kept: Any = old or {}
    for name in how.headers:
        inner = kept.get(name)
        kept = inner if isinstance(inner, dict) else {}
    value = {**{name: each for name, each in kept.items() if not carries_credential(name)}, **value}
    for name in reversed(how.headers[1:]):
        outer = (old or {}).get(how.headers[0])
        value = {**(outer if isinstance(outer, dict) else {}), name: value}
    sets = {**new, how.headers[0]: value}
    return Fields(sets, tuple(drop for drop in drops if drop[0] not in sets))


def _with_bridge(how: Connect, connection: Connection, old: Mapping[str, Any] | None) -> Fields:
    first, *rest = connection.words
    env = {**dict(connection.env), BRIDGE_URL: connection.url}
    fields: dict[str, Any] = _fresh(how.process, old)
    fields |= {how.command: list(connection.words)} if how.in_one else {how.command: first, "args": rest}
    if how.passes and connection.passed:
        fields[how.passes] = list(connection.passed)
    fields[how.env] = env
    sets = {how.inside: fields} if how.inside else fields
    drops = _named(
        old, (*ADDRESSES, *CREDENTIALS, *HEADERS, *KINDS, *(() if how.inside else LOGINS), *PROCESSES)
    )
    return Fields(sets, tuple(drop for drop in drops if drop[0] not in sets))


def _fresh(kind: Mapping[str, Any], old: Mapping[str, Any] | None) -> dict[str, Any]:
    """What says the kind of an entry always; what else a new one needs only if there is none."""
    return {name: value for name, value in kind.items() if old is None or name in KINDS}


def _named(old: Mapping[str, Any] | None, names: Sequence[str]) -> list[Path]:
    return [(name,) for name in names if old is not None and name in old]


def _credential_headers(how: Connect, old: Mapping[str, Any]) -> Iterator[Path]:
    for path in (tuple(how.headers), *((name,) for name in HEADERS[1:3])):
        headers: Any = old
        for name in path:
            headers = headers.get(name) if isinstance(headers, dict) else None
        for name in headers if isinstance(headers, dict) else ():
            if carries_credential(name):
                yield (*path, name)


def other_headers(how: Connect, old: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the headers that carry no credential: a bridge does not send them."""
    found: list[str] = []
    inner = old.get(how.inside) if how.inside else None
    outer = inner if isinstance(inner, dict) else old
    for path in (tuple(how.headers), *((name,) for name in HEADERS[1:3])):
        headers: Any = outer
        for name in path:
            headers = headers.get(name) if isinstance(headers, dict) else None
        found += (
            [name for name in headers if not carries_credential(name)] if isinstance(headers, dict) else []
        )
    return tuple(dict.fromkeys(found))
