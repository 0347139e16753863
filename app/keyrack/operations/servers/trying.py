"""Asks a server that is not saved yet what it wants, so that a wrong URL is noticed at once."""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Check, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.text import plain
from keyrack.oauth.discovery import Discovered, discover
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.probe import Probed
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import other_headers
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters, HttpClient
from keyrack.operations.tokens.trial import tried


class Found(NamedTuple):
    """What the server answered."""

    sentence: str
    works: bool  # False: it can't be used like this, as far as keyrack can tell
    login: bool = False  # a login comes next
    token: bool = False  # a token that is stored by hand comes next
    is_temporary: bool = False  # it may work later
    check: Check | None = None  # the same for the record, once the server is saved


def ask(adapters: Adapters, server: Server) -> Found:
    """Send the requests of a check, without a stored credential, and look for the authorization server.

    Nothing is recorded. Raises KeyrackError if one of the server's TLS files can't be used.
    """
    if server.address_key is not None:
        from keyrack.operations.servers.keyed import tried_with_its_key

        probed = tried_with_its_key(adapters, server, server.address_key)
    else:
        probed = tried(adapters, server, None)
    unset = [variable.name for header in server.headers for variable in header.variables
             if not variable.is_set]  # fmt: skip
    found = _found(adapters, server, probed)
    if unset:
        found = found._replace(sentence=f"{found.sentence} The variable {unset[0]} is not set here.")
    return found._replace(check=Check(adapters.now(), probed.verdict, probed.reason, probed.revision))


def _found(adapters: Adapters, server: Server, probed: Probed) -> Found:
    reason = probed.reason
    match probed.verdict:
        case "unreachable":
            return Found(f"It can't be reached: {_clause(reason)}", False, is_temporary=not probed.refused)
        case "unknown":
            return Found(reason or "Its answer was not understood.", False)
        case "refused":
            return Found("It refuses the header that is configured for it.", False)
        case "accepted":
            return Found("It accepts the header that is configured for it.", True)
        case "open" if reason:
            return Found(f"It works without a login. {reason}", True)
        case _:
            pass
    http_client = http_client_for(adapters, server)
    try:
        login = _login_of(adapters, server, probed, http_client)
    except KeyrackError as error:
        if probed.verdict == "open":
            return Found("It works without a login.", True)
        login_words = f"It wants a credential, but where to log in can't be found: {_clause(str(error))}"
        return Found(f"{login_words} A token can be stored instead.", True, token=True)
    finally:
        http_client.close()
    if probed.verdict in ("open", "optional"):
        also = f" It also has OAuth by {plain(login.server.issuer)}." if login else ""
        return Found(f"It works without a login.{also}", True)
    if login is None:
        return Found("It wants a token, and does not say where to log in.", True, token=True)
    return Found(f"It wants an OAuth login at {plain(login.server.issuer)}.", True, login=True)


def _login_of(
    adapters: Adapters, server: Server, probed: Probed, http_client: HttpClient
) -> Discovered | None:
    assert server.url is not None
    request = LoginRequest(
        server.url, server.client, vendor_of=adapters.services().vendor_of, headers=other_headers(server)
    )
    send = partial(http_client.send, server_url=server.url)
    certain = probed.verdict in ("required", "optional")
    return send_all(discover(request, probed.challenge, certain=certain), send)


def _clause(sentence: str) -> str:
    """A sentence after a colon; a name at its start stays as it is."""
    return sentence if sentence[:2].isupper() or sentence.startswith("keyrack") else (
        f"{sentence[:1].lower()}{sentence[1:]}"
    )  # fmt: skip
