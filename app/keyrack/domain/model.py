"""Servers, credentials, and the secrets that belong to them.

NamedTuples, not dataclasses: on the path of `keyrack list` and `keyrack token` a frozen dataclass takes far
longer to define, and its module imports inspect. Times are Unix seconds, UTC, as floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import canonical_url
from keyrack.domain.secret import Secret

DEFAULT_ACCOUNT = "default"

Transport = Literal["http", "sse", "stdio"]
CredentialKind = Literal["oauth", "token", "secrets"]
ClientKind = Literal["pre-registered", "metadata-document", "dynamic"]
GrantType = Literal["authorization_code", "client_credentials"]
PkceSupport = Literal["assumed", "required"]
Verdict = Literal["open", "optional", "required", "accepted", "refused", "unreachable", "unknown"]

LOCAL = "stdio:"  # how the key of a local process's secrets begins, in place of a URL

SCHEME_WORDS = ("bearer", "basic", "token", "sentry-bearer")


class Source(NamedTuple):
    """One configuration entry for a server."""

    client: str  # the program's display name: "Claude Code", "keyrack"
    path: str  # the file
    name: str  # the server's name in that file
    scope: str = ""  # "user", "project /path", or "" if the program has only one
    disabled: bool = False  # switched off in that program
    connected: str = ""  # how it takes its token from keyrack ("helper", "bridge"); "" if it does not

    @property
    def full_name(self) -> str:
        """The entry's name, unique among entries with the same name in other files."""
        return f"{self.name} ({self.client}, {self.scope or self.path})"

    @property
    def table(self) -> tuple[str, str, str]:
        """The table that contains the entry: one scope of one file."""
        return self.client, self.path, self.scope


class Variable(NamedTuple):
    """An environment variable that a configuration refers to, without its value."""

    name: str
    is_set: bool


class Header(NamedTuple):
    """A header that a configuration sends."""

    name: str
    reference: str  # safe to show: the template with its variables, literal text masked
    value: Secret  # after interpolation
    variables: tuple[Variable, ...] = ()
    plaintext: bool = False  # the secret itself is in the file
    asked: bool = False  # the program asks its user for a part of it, which keyrack can't see
    withheld: bool = (
        False  # a project's file uses variables; keyrack does not fill them in, so `value` is empty
    )
    source: Source | None = None  # where it is configured
    not_movable_because: str = ""  # why a literal can't be moved to the keychain; "" if it can

    @property
    def is_empty(self) -> bool:
        """True when nothing is left after a scheme word ("Bearer ", "Token ")."""
        words = self.value.reveal().split()
        return not words or (len(words) == 1 and words[0].lower() in SCHEME_WORDS)

    @property
    def is_masked(self) -> bool:
        """True unless the reference is the value itself, which then is not a secret."""
        return self.reference != self.value.reveal()


class EntrySecret(NamedTuple):
    """A secret in plain text in the entry of a local process: a variable, or a part of an argument."""

    name: str  # its variable, or a name made from the option: API_KEY
    value: Secret
    source: Source
    variable: str = ""  # its key in the entry's environment
    argument: int = -1  # the position of the argument that contains it
    before: str = ""  # the argument's text before it, such as "--token="
    is_passed_on: bool = False  # `docker run -e NAME=VALUE`: without the value, it is taken from a variable
    not_movable_because: str = ""

    @property
    def reference(self) -> str:
        """Where it is, for people."""
        return f"the variable {self.variable}" if self.variable else f"argument {self.argument + 1}"


class AddressKey(NamedTuple):
    """A key in a server's URL."""

    url: Secret  # the URL as the program uses it; "" if only the program knows a part of it
    where: str  # for people: the name of the parameter or variable, or "its path"
    values: tuple[Secret, ...] = ()  # what is masked
    bare: str = ""  # the URL without the key, if known
    plaintext: bool = False  # it is in the file itself, not in a variable


class Helper(NamedTuple):
    """A command that a program runs to get a server's headers. keyrack never runs it."""

    command: Secret  # it can contain anything
    key: str  # its key in the file
    source: Source


class TlsFiles(NamedTuple):
    """The user's PEM files for TLS with one server, as absolute paths."""

    ca_file: str | None = None  # CAs to trust in addition to the system's
    client_cert: str | None = None  # for mutual TLS; can contain its private key too
    client_key: str | None = None


class ClientSettings(NamedTuple):
    """What a configuration says about the OAuth client for a server, and about how to talk to its issuer.

    The fields from `pkce` on can only be set in keyrack's own file.
    """

    client_id: str | None = None
    client_secret: Secret | None = None
    scopes: tuple[str, ...] | None = None
    callback_port: int | None = None
    callback_path: str | None = None  # of the redirect URI; None: /callback
    redirect_host: str | None = None  # "localhost" if a pre-registered client requires it
    client_metadata_url: str | None = None
    issuer: str | None = None  # the issuer that a pre-registered client belongs to
    metadata_url: str | None = None  # URL of authorization-server metadata
    metadata: Mapping[str, Any] | None = None  # authorization-server metadata itself
    grant_type: GrantType = "authorization_code"  # client_credentials: a machine login without a user
    client_key: Secret | None = None  # private key (PEM or JWK) for private_key_jwt; never from a file
    pkce: PkceSupport | None = None  # assumed: accept metadata that does not list any methods
    send_resource: bool | None = None  # False: no `resource` parameter (RFC 8707); None: the default
    authorize: tuple[tuple[str, str], ...] = ()  # extra parameters for the authorization request
    tls: TlsFiles = TlsFiles()


class CredentialKey(NamedTuple):
    """The key that a credential is stored under."""

    url: str  # canonical: `resource.canonical_url`; for a local process's secrets, LOCAL and their name
    account: str = DEFAULT_ACCOUNT
    name: str = ""  # tells apart servers with the same URL and account; "" for a single server

    @classmethod
    def of(cls, url: str, account: str = DEFAULT_ACCOUNT, name: str = "") -> Self:
        """The key for a URL in any form, which is made canonical here and nowhere else. Raises BadUrl."""
        return cls(url if url.startswith(LOCAL) else canonical_url(url), account, name)

    @classmethod
    def of_secrets(cls, name: str) -> Self:
        """The key of the secrets that `keyrack exec --secrets NAME` gives to a command."""
        return cls(LOCAL + name)

    @property
    def secrets(self) -> str:
        """The name of a local process's secrets; "" for a remote server."""
        return self.url.removeprefix(LOCAL) if self.url.startswith(LOCAL) else ""


class Server(NamedTuple):
    """A configured MCP server, with all its configuration entries."""

    name: str
    url: str | None = None  # None for stdio
    account: str = DEFAULT_ACCOUNT
    transport: Transport = "http"
    sources: tuple[Source, ...] = ()
    headers: tuple[Header, ...] = ()
    client: ClientSettings = ClientSettings()
    command: str | None = None  # stdio: the program, without its arguments (they may hold secrets)
    variables: tuple[Variable, ...] = ()  # stdio: its environment
    secrets: str = ""  # stdio: the name of the secrets that `keyrack exec` gives it
    entry_secrets: tuple[EntrySecret, ...] = ()  # stdio: secrets in plain text in its entries
    problem: str | None = None  # why this entry can't be used; it is listed anyway
    aliases: tuple[str, ...] = ()  # other names of the same server
    plaintext_headers: tuple[Header, ...] = ()  # all headers whose secret is in plain text in a file
    helper: Helper | None = None
    address_key: AddressKey | None = None  # if set, `url` is masked
    tag: str = ""  # tells it apart from others with the same URL and account; "" if there are none
    key_name: str = ""  # the name in its credential's key: the tag, or "" for the first such server
    of_project: bool = False  # only the current project's own files configure it
    bridge_to: str = ""  # the name of the server to which this process, keyrack's own bridge, leads
    confirm: bool = False  # ask the user before each hand-out of its token (set by `operations.servers.find`)
    account_named: bool = False  # commands name even the default account: without it, they use another
    publish: tuple[str, ...] = ()  # which programs get its fresh tokens (`operations.sharing.publishing`)

    @property
    def entries(self) -> tuple[str, ...]:
        """Its names in the files."""
        return tuple(dict.fromkeys(source.name for source in self.sources))

    @property
    def full_names(self) -> tuple[str, ...]:
        """Its names in the files, and the full name of each entry."""
        return (*self.entries, *dict.fromkeys(source.full_name for source in self.sources))

    @property
    def in_plain_text(self) -> tuple[str, ...]:
        """The names of its headers, variables and options whose secret is in plain text in a file."""
        if not (self.entry_secrets or self.plaintext_headers or self.address_key):
            return ()
        found = [each.name for each in (*self.entry_secrets, *self.plaintext_headers)]
        if self.address_key is not None and self.address_key.plaintext:
            found.append(self.address_key.where)
        return tuple(dict.fromkeys(found))

    @property
    def is_off(self) -> bool:
        """Is it switched off in every program that configures it?"""
        return bool(self.sources) and all(source.disabled for source in self.sources)

    @property
    def display_name(self) -> str:
        """The name to show, with the account unless that is the default one."""
        return self.name if self.account == DEFAULT_ACCOUNT else f"{self.name} · {self.account}"

    @property
    def key(self) -> CredentialKey | None:
        """The key of its credential; None for a local process without secrets in keyrack."""
        if self.url:
            return CredentialKey.of(self.url, self.account, self.key_name)
        return CredentialKey.of_secrets(self.secrets) if self.secrets else None


class CredentialInfo(NamedTuple):
    """The facts about a stored credential, without any secret."""

    kind: CredentialKind
    issuer: str | None = None
    client_id: str | None = None
    client_kind: ClientKind | None = None
    resource: str | None = None  # as sent in `resource`; None on the legacy route
    scopes: tuple[str, ...] = ()
    obtained_at: float = 0.0
    expires_at: float | None = None
    refreshable: bool = False
    refreshed_at: float | None = None
    refused_at: float | None = None  # when the server refused the token; it is never used again
    refusal: str = ""  # why, or why its refresh was refused
    # When the issuer refused to refresh it. The access token may still be valid, and the refresh token
    # is kept: some issuers refuse for a temporary reason.
    refresh_refused_at: float | None = None
    label: str = ""  # who the account belongs to, if the server said so
    header: str = "Authorization"  # manual tokens: the names of its headers
    store: str = ""  # the store's name, for people
    slot: str = ""  # which of the entry's two slots in the keychain contains it
    # Never an orphan: its server was given as a URL or in one project's file, or the credential was
    # found in the store, which other data folders may also use.
    ad_hoc: bool = False
    names: tuple[str, ...] = ()  # its server's `full_names` when it was stored
    apart: bool = False  # when it was stored, other servers had the same URL and account; it is not theirs
    added_scopes: tuple[str, ...] = ()  # requested in addition to those of the server and the file
    secrets: tuple[str, ...] = ()  # the names of a local process's secrets


class Check(NamedTuple):
    """What the last probe of a server found."""

    at: float
    verdict: Verdict
    reason: str = ""
    revision: str | None = None  # the MCP revision that the server used


class Record(NamedTuple):
    """The record on disk for one credential key."""

    url: str
    account: str = DEFAULT_ACCOUNT
    credential: CredentialInfo | None = None
    check: Check | None = None
    name: str = ""
    unanswered_client: str = ""  # ID of a client that was sent to the sign-in page, with no response

    @property
    def key(self) -> CredentialKey:
        return CredentialKey(self.url, self.account, self.name)


class TokenSet(NamedTuple):
    """The tokens of one grant."""

    access_token: Secret
    refresh_token: Secret | None = None
    token_type: str = "Bearer"
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    label: str = ""  # who the account belongs to, if the reply said so


class Registration(NamedTuple):
    """An OAuth client as registered at an issuer."""

    issuer: str
    client_id: str
    kind: ClientKind
    client_secret: Secret | None = None
    auth_method: str = "none"  # none | client_secret_basic | client_secret_post | private_key_jwt
    secret_expires_at: float | None = None  # None: never
    redirect_uris: tuple[str, ...] = ()
    registration_access_token: Secret | None = None  # RFC 7592
    registration_client_uri: str | None = None
    grant_type: GrantType = "authorization_code"
    client_key: Secret | None = None  # for private_key_jwt: PEM, or a JWK as JSON
    signing_alg: str = ""  # with a key: the signing algorithm (RFC 7518)
    # The parts of the redirect URI that were given once; later logins use them again. None: any free one.
    callback_port: int | None = None
    redirect_host: str | None = None
    callback_path: str | None = None


class Endpoints(NamedTuple):
    """Where to refresh and revoke; stored with the grant, so that neither needs discovery."""

    token: str
    revocation: str | None = None


class StoredCredential(NamedTuple):
    """A complete credential, as stored in the keychain."""

    url: str
    account: str
    credential: CredentialInfo
    tokens: TokenSet
    registration: Registration | None = None
    endpoints: Endpoints | None = None
    headers: tuple[tuple[str, Secret], ...] = ()  # manual tokens: the headers, ready to send
    # Manual tokens: the input, by the service's field keys. A local process's secrets: by their names.
    fields: tuple[tuple[str, Secret], ...] = ()
    name: str = ""  # the name in its key

    @property
    def key(self) -> CredentialKey:
        """Raises BadUrl."""
        return CredentialKey.of(self.url, self.account, self.name)
