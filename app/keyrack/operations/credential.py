"""The credential that is sent to a server, in the order of priority (behaviour.md)."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError
from keyrack.domain.headers import carries_credential
from keyrack.domain.model import SCHEME_WORDS, CredentialInfo, CredentialKey, Server, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.status import authorization_header


def credential_key(server: Server) -> CredentialKey:
    """The key of the server's credential. Raises KeyrackError if it can't have one."""
    if server.problem:
        raise KeyrackError(
            f"{server.name} can't be used: {server.problem}", hint="Correct the configuration."
        )
    if server.address_key is not None:
        said = f"{server.name} has a key in its URL ({server.address_key.where})"
        raise KeyrackError(
            f"{said}, so keyrack stores no credential for it.", hint="Change it in the program's file."
        )
    if server.key is None:
        raise KeyrackError(
            f"{server.name} is a local process. keyrack does not manage credentials for it.",
            hint="It gets its credentials from environment variables.",
        )
    return server.key


def stored_for(server: Server, credential: CredentialInfo) -> CredentialInfo:
    """The facts, with the names of the server, in case other servers share its address later."""
    names = server.full_names or credential.names
    return credential._replace(names=names, apart=credential.apart or bool(server.tag))


def configured_headers(server: Server) -> Mapping[str, Secret]:
    """The configured headers with a credential, without empty ones."""
    return {header.name: header.value for header in server.headers
            if not header.is_empty and carries_credential(header.name)}  # fmt: skip


def other_headers(server: Server) -> Mapping[str, str | Secret]:
    """The configured headers without a credential, such as for tools, a tenant or a version.

    Only those of the entry that gives the server its name: those of other programs are for them.
    """
    entry = server.sources[0] if server.sources else None
    return {
        header.name: header.value if header.is_masked else header.reference
        for header in server.headers
        if not (header.is_empty or carries_credential(header.name))
        and (header.source is None or (entry is not None and header.source[:4] == entry[:4]))
    }


def configured_token(server: Server) -> Secret | None:
    """The value of the configured credential header, without its scheme."""
    header = authorization_header(server)
    if header is None or header.is_empty:
        return None
    first, _, rest = header.value.reveal().strip().partition(" ")
    return (
        Secret(rest.strip())
        if rest and first.lower() in SCHEME_WORDS
        else Secret(first + (" " + rest if rest else ""))
    )


def grant_headers(stored_credential: StoredCredential) -> Mapping[str, Secret]:
    """The headers that carry a stored credential."""
    if stored_credential.headers:
        return dict(stored_credential.headers)
    return {"Authorization": Secret(f"Bearer {stored_credential.tokens.access_token.reveal()}")}
