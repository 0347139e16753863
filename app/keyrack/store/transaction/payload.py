"""The content of a keychain entry: a complete credential as JSON.

It is complete so that lost records can be rebuilt from the keychain alone. `sequence`
grows by one with every save of a credential, so the higher of two entries is the
newer one. `url`, `account` and `name` are included so that an entry under a wrong
name is never mistaken for another credential.
"""

from __future__ import annotations

import json
from typing import Any

from keyrack.domain.model import CredentialKey, Endpoints, Registration, StoredCredential, TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.store.records.facts import CLIENT_KINDS, GRANT_TYPES, credential_from_json, credential_to_json
from keyrack.store.records.fields import Fields, parse
from keyrack.store.records.naming import NEWEST_FORMAT, format_of

WHAT = "The stored credential"


class Payload(NamedTuple):
    """A credential and its number in the order of saves."""

    sequence: int
    stored_credential: StoredCredential


def encode(payload: Payload) -> Secret:
    """The text for the keychain, in ASCII."""
    stored_credential = payload.stored_credential
    tokens, registration, endpoints = (
        stored_credential.tokens,
        stored_credential.registration,
        stored_credential.endpoints,
    )
    data: dict[str, Any] = {
        "format": format_of(
            CredentialKey(stored_credential.url, stored_credential.account, stored_credential.name)
        ),
        "sequence": payload.sequence,
        "url": stored_credential.url,
        "account": stored_credential.account,
        **({"name": stored_credential.name} if stored_credential.name else {}),
        "credential": credential_to_json(stored_credential.credential),
        "tokens": tokens._asdict()
        | {
            "access_token": tokens.access_token.reveal(),
            "refresh_token": _reveal(tokens.refresh_token),
        },
        "registration": registration
        and registration._asdict()
        | {
            "client_secret": _reveal(registration.client_secret),
            "registration_access_token": _reveal(registration.registration_access_token),
            "client_key": _reveal(registration.client_key),
        },
        "endpoints": endpoints and endpoints._asdict(),
        "headers": _revealed(stored_credential.headers),
        "fields": _revealed(stored_credential.fields),
    }
    return Secret(json.dumps(data, separators=(",", ":")))


def decode(text: Secret) -> Payload:
    """The payload in an entry. Raises DamagedData or NewerFormat; neither quotes the text."""
    fields = parse(text.reveal(), WHAT, NEWEST_FORMAT)
    registration, endpoints = fields.inner("registration"), fields.inner("endpoints")
    stored_credential = StoredCredential(
        url=fields.text("url"),
        account=fields.text("account"),
        credential=credential_from_json(fields.require("credential")),
        tokens=_tokens(fields.require("tokens")),
        registration=registration and _registration(registration),
        endpoints=endpoints and Endpoints(endpoints.text("token"), endpoints.text_or_none("revocation")),
        headers=_hidden(fields, "headers"),
        fields=_hidden(fields, "fields"),
        name=fields.text("name", ""),
    )
    return Payload(fields.whole("sequence"), stored_credential)


def _tokens(fields: Fields) -> TokenSet:
    return TokenSet(
        access_token=Secret(fields.text("access_token")),
        refresh_token=_secret(fields, "refresh_token"),
        token_type=fields.text("token_type", "Bearer"),
        expires_at=fields.number_or_none("expires_at"),
        scopes=fields.texts("scopes"),
        label=fields.text("label", ""),
    )


def _registration(fields: Fields) -> Registration:
    return Registration(
        issuer=fields.text("issuer"),
        client_id=fields.text("client_id"),
        kind=fields.choice("kind", CLIENT_KINDS),
        client_secret=_secret(fields, "client_secret"),
        auth_method=fields.text("auth_method", "none"),
        secret_expires_at=fields.number_or_none("secret_expires_at"),
        redirect_uris=fields.texts("redirect_uris"),
        registration_access_token=_secret(fields, "registration_access_token"),
        registration_client_uri=fields.text_or_none("registration_client_uri"),
        grant_type=fields.choice("grant_type", GRANT_TYPES, "authorization_code"),
        client_key=_secret(fields, "client_key"),
        signing_alg=fields.text("signing_alg", ""),
        callback_port=fields.whole_or_none("callback_port"),
        redirect_host=fields.text_or_none("redirect_host"),
        callback_path=fields.text_or_none("callback_path"),
    )


def _revealed(pairs: tuple[tuple[str, Secret], ...]) -> dict[str, str]:
    return {name: value.reveal() for name, value in pairs}


def _hidden(fields: Fields, key: str) -> tuple[tuple[str, Secret], ...]:
    return tuple((name, Secret(value)) for name, value in fields.text_map(key).items())


def _secret(fields: Fields, key: str) -> Secret | None:
    value = fields.text_or_none(key)
    return None if value is None else Secret(value)


def _reveal(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()
