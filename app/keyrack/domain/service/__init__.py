"""What keyrack knows about one service and its tokens, read from TOML.

A template can contain `{field}` for what the user typed and `{basic}` for base64 of the
service's `basic` pair. In URLs only `{site}` is allowed: a secret never goes into a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret

# oauth: a login that anyone can start (dynamic registration); own-app: OAuth with a client that the user
# registers; allow-list: OAuth for clients that the vendor has let in; client-credentials: id + secret.
AuthKind = Literal["oauth", "own-app", "allow-list", "token", "client-credentials", "none"]


class Field(NamedTuple):
    """One thing to type in."""

    key: str
    label: str
    secret: bool = True
    optional: bool = False
    hint: str = ""
    prefixes: tuple[str, ...] = ()
    pattern: str = ""  # a regular expression for the whole value; a hint like the prefixes
    only_on: tuple[str, ...] = ()  # the hosts that need it; empty: all


class WrongKind(NamedTuple):
    """Another kind of secret from the service that does not work here, recognized by its form."""

    sentence: str
    prefix: str = ""
    pattern: str = ""  # for the whole value
    field: str = ""  # checked in this field only; "": in every secret field


class Variant(NamedTuple):
    """Another way to send the same credential."""

    name: str
    headers: Mapping[str, str]


class Region(NamedTuple):
    """One of a service's separate installations."""

    name: str
    host: str  # the MCP server's
    site: str  # what {site} stands for there
    page: str = ""  # if it differs from the service's


class ReplyPath(NamedTuple):
    """Where a fact is in the reply: a header, or a dotted path into the JSON."""

    header: str = ""
    json: str = ""  # ".": all of it
    ignore_equal: str = ""  # a header: if it has the same time, the value does not count


class Check(NamedTuple):
    """A harmless request that tests whether the service accepts the token, and how to read the reply."""

    method: str
    url: str
    headers: Mapping[str, str]  # templates; empty: the same as on the MCP server
    json: Any = None
    not_for: tuple[str, ...] = ()  # beginnings of good tokens that this check would refuse
    require: Mapping[str, Any] = {}  # path: the value that a good reply has there
    present: tuple[str, ...] = ()  # paths that a good reply has
    forbid: tuple[str, ...] = ()  # paths that a good reply does not have
    refused: tuple[int, ...] = (401,)  # statuses that mean: not this token
    says: Mapping[int, str] = {}  # a status: the sentence that explains it
    error: tuple[str, ...] = ()  # paths to the vendor's word for what is wrong, best first
    errors: Mapping[str, str] = {}  # a word that means "not this token": the sentence that explains it
    limited: tuple[str, ...] = ()  # words that mean: too many requests
    account: tuple[str, ...] = ()  # templates of paths ("{user} · {team}"); the first that can be filled
    scopes: ReplyPath | None = None
    expires: ReplyPath | None = None


class Revoke(NamedTuple):
    """How to revoke a token with the service's own API."""

    method: str
    url: str
    headers: Mapping[str, str]  # templates; empty: none at all
    json: Any = None  # templates inside
    require: Mapping[str, Any] = {}
    irreversible: bool = True


class Service(NamedTuple):
    id: str
    name: str
    hosts: tuple[str, ...]  # exact, or ".suffix" for every name below it
    auth: tuple[AuthKind, ...]  # in the order of what to try
    token_name: str = ""  # "": no token can be made by hand
    page: str = ""  # "": none, or it depends on a site that is not known yet
    steps: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    headers: Mapping[str, str] = {}  # name: template
    basic: str = ""  # the pair that {basic} encodes
    variants: tuple[Variant, ...] = ()
    prefixes: tuple[str, ...] = ()  # hints for the main field
    wrong_kinds: tuple[WrongKind, ...] = ()
    regions: tuple[Region, ...] = ()
    check: Check | None = None
    revoke: Revoke | None = None
    never_expires: bool = False
    confidence: str = ""  # how sure these facts are: H (high), M (medium), L (low)
    verified: str = ""  # year-month
    notes: tuple[str, ...] = ()
    site: str = ""  # what {site} stood for; "": nothing, or a field asks for it
    path: str = ""  # the user's file; "" for one of the package

    @property
    def header(self) -> str:
        """The first header's name, for a form that shows one."""
        return next(iter(self.headers), "Authorization")

    @property
    def template(self) -> str:
        """The first header's template."""
        return next(iter(self.headers.values()), "Bearer {token}")

    @property
    def takes_token(self) -> bool:
        """May a token made by hand be used on the MCP server itself?"""
        return "token" in self.auth

    @property
    def main_field(self) -> str:
        """The key of the field that `prefixes` speak of: the last secret one."""
        return next((field.key for field in reversed(self.fields) if field.secret), "token")


class Call(NamedTuple):
    """A request to the service. Secrets stay Secrets, in `json` too, until it is sent."""

    method: str
    url: str
    headers: Mapping[str, Secret]
    json: Any = None


Level = Literal["right", "odd", "wrong", "unknown"]


class FormatHint(NamedTuple):
    """What a typed secret looks like. A hint, and never a gate: vendors change their formats."""

    level: Level
    sentence: str


class ServiceAnswer(NamedTuple):
    """The result of a service's own check."""

    ok: bool | None  # None: it can't be told (rate limit, server error, a token without the right to ask)
    account: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: float | None = None
    sentence: str = ""


def host_matches(host: str, pattern: str) -> bool:
    """Exact, or below a ".suffix". Never a substring."""
    return host.endswith(pattern) and host != pattern if pattern.startswith(".") else host == pattern


def variant_with(service: Service, header: str) -> str | None:
    """The service's way of sending that has this header: "" for its own, a variant's name, None for none."""
    for name, templates in (("", service.headers), *service.variants):
        if header.lower() in (each.lower() for each in templates):
            return name
    return None
