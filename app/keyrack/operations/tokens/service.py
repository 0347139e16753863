"""Uses a service's own API for a manual token: its owner, its expiry, and revoking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.redaction import forms_of, hide, hide_in_json
from keyrack.domain.secret import Secret
from keyrack.domain.service import ServiceAnswer
from keyrack.oauth.document import BadDocument, read_json
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.ports import Adapters

if TYPE_CHECKING:
    from keyrack.domain.model import CredentialInfo, Server
    from keyrack.domain.service import Call, Service


def service_for(adapters: Adapters, url: str | None) -> Service | None:
    """What is known about the service of a server's URL, such as its page and its tokens' format."""
    return adapters.services().service_for(url) if url else None


def ask_service(adapters: Adapters, service: Service, fields: Mapping[str, Secret]) -> ServiceAnswer | None:
    """The result of the service's own check of the token; None if no check is known.

    The token is only sent to hosts that the service's file names, also after redirects.
    Raises KeyrackError if a field is missing.
    """
    call = adapters.services().check_call(service, fields)
    if call is None:
        return None
    reply = _send(adapters, service, call)
    if isinstance(reply, Failed):
        return ServiceAnswer(None, sentence=f"{service.name} could not be asked: {reply.reason}")
    return adapters.services().read_check(service, _told(reply, service, call, fields))


def revoke_at_service(
    adapters: Adapters, service: Service, fields: Mapping[str, Secret]
) -> ServiceAnswer | None:
    """Revoke the token at the service, permanently; None if it has no API for that."""
    try:
        call = adapters.services().revoke_call(service, fields)
    except KeyrackError as error:
        return ServiceAnswer(False, sentence=str(error))
    if call is None:
        return None
    reply = _send(adapters, service, call)
    if isinstance(reply, Failed):
        sentence = f"{service.name} could not be asked: {reply.reason} The token may still work."
        return ServiceAnswer(None, sentence=sentence)
    return adapters.services().read_revoke(service, _told(reply, service, call, fields))


def revoke_words(adapters: Adapters, server: Server, credential: CredentialInfo | None) -> str | None:
    """What revoking a manual token would do, to show before; None for other credentials."""
    if credential is None or credential.kind != "token":
        return None
    service = service_for(adapters, server.url)
    if service is not None and service.revoke is not None:
        last = " This can't be undone, and the token stops working everywhere."
        return f"{service.name} revokes the token itself.{last if service.revoke.irreversible else ''}"
    return f"keyrack can't revoke this token: {where_to_undo(service)}."


def where_to_undo(service: Service | None) -> str:
    """How to revoke a token without an API."""
    return (
        f"revoke it on {service.page}" if service and service.page else "revoke it on the service's own page"
    )


def _told(
    reply: Response, service: Service, call: Call, fields: Mapping[str, Secret]
) -> tuple[int, tuple[tuple[str, str], ...], Any]:
    """Status, headers and JSON of a reply, without secrets that it repeats: its text is stored."""
    forms = forms_of(_secrets_in(service, call, fields), keep_words=True)
    try:
        json = hide_in_json(_json(reply), forms)
    except RecursionError:
        json = None
    headers = tuple((name, hide(value, forms)) for name, value in reply.headers)
    return reply.status, headers, json


def _secrets_in(service: Service, call: Call, fields: Mapping[str, Secret]) -> Iterator[Secret]:
    open_to_all = {field.key for field in service.fields if not field.secret}
    yield from (value for key, value in fields.items() if key not in open_to_all)
    yield from (value for name, value in call.headers.items() if name.lower() == "authorization")


def _send(adapters: Adapters, service: Service, call: Call) -> Response | Failed:
    if not adapters.services().may_send(service, call.url):
        return Failed("its service file names another host for that.", refused=True)
    http_client = adapters.http_client()
    try:
        # Only its own origin is allowed: redirects to others are not followed.
        return http_client.send(
            Request(call.method, call.url, call.headers, json=call.json), server_url=call.url
        )
    finally:
        http_client.close()


def _json(reply: Response) -> Any:
    try:
        return read_json(reply.body)
    except BadDocument:
        return None
