"""Creates the HTTP client for a server and its issuer, with the user's TLS files."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server, TlsFiles
from keyrack.operations.ports import Adapters, HttpClient
from keyrack.operations.servers.own_settings import table_of

NO_FILES = TlsFiles()


def http_client_for(adapters: Adapters, server: Server) -> HttpClient:
    """The HTTP client for a server. A client certificate is only offered to the server, the issuer of its
    stored credential, and the configured issuer.

    Raises KeyrackError if one of the files can't be used.
    """
    files = server.client.tls
    if files == NO_FILES:
        return adapters.http_client()
    try:
        return adapters.http_client(
            files, tuple(filter(None, (_stored_issuer(adapters, server), server.client.issuer)))
        )
    except KeyrackError as error:
        where = f"It is set in {table_of(server)} of {adapters.config_file()}."
        raise KeyrackError(str(error), hint="\n".join(filter(None, (error.hint, where)))) from None


def _stored_issuer(adapters: Adapters, server: Server) -> str | None:
    record = adapters.credentials().record(server.key) if server.key else None
    return record.credential.issuer if record is not None and record.credential is not None else None
