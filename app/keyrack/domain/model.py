"""Servers, credentials, and the secrets that belong to them.

NamedTuples, not dataclasses: on the path of `keyrack list` and `keyrack token`
a frozen dataclass takes eight times as long to define, and its module imports
inspect. Annotations are objects here and wherever the list defines NamedTuples:
each one that is a string is compiled at import, 2 ms in all. Times are Unix
seconds, UTC, as floats.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from keyrack.domain.resource import canonical_url
from keyrack.domain.secret import Secret

DEFAULT_ACCOUNT = "default"

Transport = Literal["http", "sse", "stdio"]
CredentialKind = Literal["oauth", "token"]
ClientKind = Literal["pre-registered", "metadata-document", "dynamic"]
GrantType = Literal["authorization_code", "client_credentials"]
PkceSupport = Literal["assumed", "required"]
Verdict = Literal["open", "optional", "required", "accepted", "refused", "unreachable", "unknown"]

SCHEME_WORDS = ("bearer", "basic", "token", "sentry-bearer")


class Source(NamedTuple):
    """One place that names a server."""

    client: str  # the program as a person calls it: "Claude Code", "keyrack"
    path: str  # the file
    name: str  # the server's name in that file
    scope: str = ""  # "user", "project /path", "" where the client has only one
    disabled: bool = False  # switched off in that program

    @property
    def full_name(self) -> str:
        """Of the entry, among those that are called the same elsewhere."""
        return f"{self.name} ({self.client}, {self.scope or self.path})"

    @property
    def table(self) -> tuple[str, str, str]:
        """Where its neighbours stand: one scope of one file."""
        return self.client, self.path, self.scope


class Variable(NamedTuple):
    """An environment variable that a configuration refers to. Never its value."""

    name: str
    is_set: bool


class Header(NamedTuple):
    """A header that a configuration sends."""

    name: str
    reference: str  # safe to show: the template with its variables, literal text masked
    value: Secret  # after interpolation
    variables: tuple[Variable, ...] = ()
    plaintext: bool = False  # the secret itself stands in the file
    asked: bool = False  # the program asks its user for a part of it, which nobody else can see
    withheld: bool = False  # a project's file names variables; keyrack gives it none, so `value` is empty
    source: Source | None = None  # where it stands
    not_movable_because: str = (
        ""  # why a literal can't be moved into the keychain from there; "" where it can
    )

    @property
    def is_empty(self) -> bool:
        """True when nothing is left after a scheme word ("Bearer ", "Token ")."""
        words = self.value.reveal().split()
        return not words or (len(words) == 1 and words[0].lower() in SCHEME_WORDS)

    @property
    def is_masked(self) -> bool:
        """True unless the reference is the value itself, which then is no secret."""
        return self.reference != self.value.reveal()


class AddressKey(NamedTuple):
    """A key that stands in a server's address."""

    url: Secret  # the address as its program asks it; "" where a part is known to the program alone
    where: str  # for people: the parameter's or the variable's name, "its path"
    values: tuple[Secret, ...] = ()  # what is masked
    bare: str = ""  # the address without it, where that is known
    plaintext: bool = False  # it stands in the file, and no variable in its place


class Helper(NamedTuple):
    """A command that a program runs for the headers of a server. keyrack never does."""

    command: Secret  # it may hold anything
    key: str  # what it stands under in the file
    source: Source


class TlsFiles(NamedTuple):
    """Files of the user's own for TLS with one server, by their absolute paths. All are PEM."""

    ca_file: str | None = None  # authorities that are trusted beside the system's
    client_cert: str | None = None  # for mutual TLS; its private key may lie in the same file
    client_key: str | None = None


class ClientSettings(NamedTuple):
    """What a configuration says about the OAuth client for a server, and about how to talk to its issuer.

    From `pkce` on only keyrack's own file can say it.
    """

    client_id: str | None = None
    client_secret: Secret | None = None
    scopes: tuple[str, ...] | None = None
    callback_port: int | None = None
    callback_path: str | None = None  # of the redirect URI; None: /callback
    redirect_host: str | None = None  # "localhost" where a pre-registered client demands it
    client_metadata_url: str | None = None
    issuer: str | None = None  # the issuer that a pre-registered client belongs to
    metadata_url: str | None = None  # authorization-server metadata, given by its address
    metadata: Mapping[str, Any] | None = None  # authorization-server metadata, given up front
    grant_type: GrantType = "authorization_code"  # client_credentials: a machine's, nobody signs in
    client_key: Secret | None = None  # private key (PEM or JWK) for private_key_jwt; never from a file
    pkce: PkceSupport | None = None  # assumed: also where the metadata does not list its methods
    send_resource: bool | None = None  # False: no `resource` parameter (RFC 8707); None: as usual
    authorize: tuple[tuple[str, str], ...] = ()  # more parameters of the authorization request
    tls: TlsFiles = TlsFiles()


class CredentialKey(NamedTuple):
    """What a credential is stored under."""

    url: str  # canonical: `resource.identity`
    account: str = DEFAULT_ACCOUNT
    name: str = ""  # of one of several servers that share the address and the account; "" where there is one


class Server(NamedTuple):
    """A configured MCP server, with every place that it is found in."""

    name: str
    url: str | None = None  # None for stdio
    account: str = DEFAULT_ACCOUNT
    transport: Transport = "http"
    sources: tuple[Source, ...] = ()
    headers: tuple[Header, ...] = ()
    client: ClientSettings = ClientSettings()
    command: str | None = None  # stdio: the program, without its arguments (they may hold secrets)
    variables: tuple[Variable, ...] = ()  # stdio: its environment
    problem: str | None = None  # why this entry can't be used; it is listed all the same
    aliases: tuple[str, ...] = ()  # other names of the same server
    plaintext_headers: tuple[Header, ...] = ()  # of every place: those whose secret stands in the file
    helper: Helper | None = None
    address_key: AddressKey | None = None  # then `url` is masked
    tag: str = ""  # what tells it from others with the same address and account; "" where there is none
    key_name: str = ""  # the name in its credential's key: the tag, or "" for the one that was there first
    of_project: bool = False  # nothing but the current project's own files names it

    @property
    def entries(self) -> tuple[str, ...]:
        """What the files call it."""
        return tuple(dict.fromkeys(source.name for source in self.sources))

    @property
    def full_names(self) -> tuple[str, ...]:
        """What the files call it, and each of its entries in full."""
        return (*self.entries, *dict.fromkeys(source.full_name for source in self.sources))

    @property
    def is_off(self) -> bool:
        """Is it switched off wherever it stands?"""
        return bool(self.sources) and all(source.disabled for source in self.sources)

    @property
    def display_name(self) -> str:
        """What people call it: with its account where that is not the usual one."""
        return self.name if self.account == DEFAULT_ACCOUNT else f"{self.name} · {self.account}"

    @property
    def key(self) -> CredentialKey | None:
        """What its credential is stored under; None for a local process."""
        return CredentialKey(canonical_url(self.url), self.account, self.key_name) if self.url else None


class CredentialInfo(NamedTuple):
    """The facts of a stored credential. Not one secret among them."""

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
    refused_at: float | None = None  # when the server refused the token; it is never handed out again
    refusal: str = ""  # why, or why its refresh was refused
    # When the issuer refused to refresh it. The access token may still be good, and the refresh token
    # stays: some issuers refuse for a reason that passes.
    refresh_refused_at: float | None = None
    label: str = ""  # who the account is, where the server said
    header: str = "Authorization"  # manual tokens: the names of the headers that carry it
    store: str = ""  # the store's name, for people
    slot: str = ""  # which of the entry's two slots in the keychain holds it
    # Never an orphan: its server was given by its address or by one project's file, or the credential was
    # found in the store, which other data folders may use too.
    ad_hoc: bool = False
    names: tuple[str, ...] = ()  # its server's `full_names` when it was stored
    apart: bool = False  # others had the same address and account then: it is none of theirs
    added_scopes: tuple[str, ...] = ()  # asked for beside those that the server and the file name


class Check(NamedTuple):
    """What the last probe of a server found."""

    at: float
    verdict: Verdict
    reason: str = ""
    revision: str | None = None  # the MCP revision that it spoke


class Record(NamedTuple):
    """What is kept on disk about a credential key."""

    url: str
    account: str = DEFAULT_ACCOUNT
    credential: CredentialInfo | None = None
    check: Check | None = None
    name: str = ""
    unanswered_client: str = ""  # its id: it was sent to the sign-in page, and nothing came back

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
    label: str = ""  # who the account is, where the reply said so


class Registration(NamedTuple):
    """An OAuth client as an issuer knows it."""

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
    signing_alg: str = ""  # with a key: what it signs with (RFC 7518)
    # What was given of the redirect URI, once: the next login uses it again. None: whatever is free.
    callback_port: int | None = None
    redirect_host: str | None = None
    callback_path: str | None = None


class Endpoints(NamedTuple):
    """Where to refresh and revoke, kept with the grant so that neither needs discovery."""

    token: str
    revocation: str | None = None


class StoredCredential(NamedTuple):
    """Everything that one credential is: what the keychain holds, complete."""

    url: str
    account: str
    credential: CredentialInfo
    tokens: TokenSet
    registration: Registration | None = None
    endpoints: Endpoints | None = None
    headers: tuple[tuple[str, Secret], ...] = ()  # manual tokens: what carries them, ready to be sent
    fields: tuple[tuple[str, Secret], ...] = ()  # manual tokens: what was typed, by the card's keys
    name: str = ""  # of its key

    @property
    def key(self) -> CredentialKey:
        """Raises BadUrl."""
        return CredentialKey(canonical_url(self.url), self.account, self.name)
