"""Stores a token that the user created by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError, TokenRefused
from keyrack.domain.model import Check, CredentialInfo, Server, StoredCredential, TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.domain.service import Service, variant_with
from keyrack.domain.service.template import names_in
from keyrack.oauth.jwt import end_of
from keyrack.operations.credential import credential_key, stored_for
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import is_lasting
from keyrack.operations.storage.unlock import require_ready
from keyrack.operations.tokens.service import ask_service, service_for
from keyrack.operations.tokens.trial import tried

if TYPE_CHECKING:
    from keyrack.domain.service import ServiceAnswer

MAIN = "token"  # the field's key of an unknown service, or if one secret contains all fields
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")


class Typed(NamedTuple):
    """The user's input: the fields by the service's keys, and overrides of the service's own values."""

    fields: Mapping[str, Secret]
    header: str | None = None
    template: str | None = None  # with {token} for the main field
    expires_at: float | None = None  # Unix seconds; the service's own answer takes precedence if it is asked


class TokenSaved(NamedTuple):
    credential: CredentialInfo
    check: Check | None  # the server's answer; None if it was not asked
    service: ServiceAnswer | None = None  # the service's answer; None if it was not asked


def set_token(
    adapters: Adapters, server: Server, typed: Typed, *, try_it: bool = True, at_service: bool = False
) -> TokenSaved:
    """Test the token on the server and, with `at_service`, with the service's own check; then store it.

    If either refuses it, it is not stored, and KeyrackError says which one did; TokenRefused if it was the
    server.
    """
    service = service_for(adapters, server.url)
    stored_credential = credential_of(adapters, server, service, typed)
    answer = ask_service(adapters, service, typed.fields) if service and at_service else None
    if service is not None and answer is not None and answer.ok is False:
        hint = f"Create a new one on {service.page or 'the service’s page'}."
        raise KeyrackError(f"{answer.sentence} It was not stored.", hint=hint)
    found = _try(adapters, server, service, stored_credential) if try_it else None
    if answer is not None and answer.ok:
        stored_credential = _with_facts(stored_credential, answer)
    return TokenSaved(save_token(adapters, server, stored_credential, found), found, answer)


def credential_of(
    adapters: Adapters, server: Server, service: Service | None, typed: Typed
) -> StoredCredential:
    """What would be stored for this input. Raises KeyrackError if something is missing or can't be right."""
    main = (typed.fields.get(service.main_field) if service else None) or typed.fields.get(MAIN)
    if not main:
        raise KeyrackError("Nothing was entered.", hint="Paste the token.")
    headers = headers_of(service, typed, main)
    store = require_ready(adapters.credentials()).name
    key, now = credential_key(server), adapters.now()
    if typed.expires_at is not None and typed.expires_at <= now:
        raise KeyrackError("That expiry date has passed.", hint="Enter a later one, or leave it empty.")
    names = ", ".join(headers)
    expires_at = typed.expires_at or end_of(main.reveal(), now)
    facts = CredentialInfo("token", obtained_at=now, expires_at=expires_at, header=names, store=store)
    facts = stored_for(server, facts)._replace(ad_hoc=not is_lasting(server))
    return StoredCredential(
        key.url,
        key.account,
        facts,
        TokenSet(_handed_out(headers, typed, main)),
        headers=tuple(headers.items()),
        fields=tuple(typed.fields.items()),
        name=key.name,
    )


def save_token(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, found: Check | None
) -> CredentialInfo:
    """Store it, with what the server said when it was tested."""
    key = credential_key(server)
    with adapters.credentials().lock(key):
        credentials = adapters.credentials()  # another keyrack may have moved everything during the tests
        stored = credentials.save(stored_credential)
    log_event(adapters, server, "set")
    if found is not None:
        credentials.note(key, check=found)
    return stored


def headers_of(service: Service | None, typed: Typed, main: Secret) -> dict[str, Secret]:
    """The headers with the credential. Raises KeyrackError for a missing field or a bad template."""
    way = way_of(service, typed.header, typed.template)
    if service is not None and way is not None:
        from keyrack.domain.service.headers import headers_for

        return headers_for(service, typed.fields, way)
    header = typed.header or "Authorization"
    template = typed.template or ("Bearer {token}" if header.lower() == "authorization" else "{token}")
    if not _HEADER_NAME.fullmatch(header):
        raise KeyrackError(
            "That is not a valid header name.", hint="For example: Authorization, or X-Api-Key."
        )
    if template.count("{token}") != 1 or not template.isascii() or not template.isprintable():
        raise KeyrackError(
            "The header's value must contain {token} once.", hint="For example: Bearer {token}"
        )
    return {header: Secret(template.replace("{token}", main.reveal()))}


def way_of(service: Service | None, header: str | None, template: str | None) -> str | None:
    """Which of the service's ways to send a token is meant: "" for the usual one, or a variant's name.

    None if it is sent in another way: as typed, or as for unknown services.
    """
    if service is None or not service.takes_token or template is not None:
        return None
    if header is None:
        return ""
    return variant_with(service, header)


def _handed_out(headers: Mapping[str, Secret], typed: Typed, main: Secret) -> Secret:
    """The token that `get_token` returns: the main field, or the value after the header's scheme if a single
    header contains more than that (an ID and a secret, an email address and a token)."""
    others = [value.reveal() for value in typed.fields.values() if value and value is not main]
    if len(headers) != 1 or not others:
        return main
    [header] = headers.values()
    sent = header.reveal().rpartition(" ")[2]
    made_of_more = main.reveal() not in sent or any(value in sent for value in others)
    return Secret(sent) if made_of_more else main


def _with_facts(stored_credential: StoredCredential, answer: ServiceAnswer) -> StoredCredential:
    """Add account, scopes and expiry from the service's answer. A typed expiry stays if it has none."""
    facts = stored_credential.credential
    expires_at = answer.expires_at or facts.expires_at
    facts = facts._replace(label=answer.account, scopes=answer.scopes, expires_at=expires_at)
    return stored_credential._replace(credential=facts)


def _try(
    adapters: Adapters, server: Server, service: Service | None, stored_credential: StoredCredential
) -> Check:
    probed = tried(adapters, server, stored_credential)
    if probed.verdict == "refused":
        raise TokenRefused(
            f"{server.name} refused the token, so it was not stored.",
            hint="Check that it is of the right kind and has not expired."
            f"{_left_empty(service, stored_credential)}",
            in_other_header=service is None or not service.takes_token,
        )
    return Check(adapters.now(), probed.verdict, probed.reason, probed.revision)


def _left_empty(service: Service | None, stored_credential: StoredCredential) -> str:
    """The empty optional fields of the header, such as Jira's email address."""
    if service is None or not stored_credential.fields:
        return ""
    sent = names_in(service.basic).union(*(names_in(template) for template in service.headers.values()))
    given = dict(stored_credential.fields)
    labels = [field.label for field in service.fields if field.key in sent and not given.get(field.key)]
    return f" Left empty: {', '.join(labels)}." if labels else ""
