"""Converts a credential's facts and a check's outcome to and from JSON, for records and payloads."""

from __future__ import annotations

from typing import Any

from keyrack.domain.model import Check, CredentialInfo
from keyrack.store.records.fields import Fields

CLIENT_KINDS = ("pre-registered", "metadata-document", "dynamic")
GRANT_TYPES = ("authorization_code", "client_credentials")
VERDICTS = ("open", "optional", "required", "accepted", "refused", "unreachable", "unknown")


def credential_to_json(credential: CredentialInfo) -> dict[str, Any]:
    """Every field by its name, in a fixed order: `ad_hoc` is called `unlisted` on disk."""
    written = credential._asdict()
    if not credential.secrets:
        del written["secrets"]
    return {"unlisted" if name == "ad_hoc" else name: value for name, value in written.items()}


def credential_from_json(fields: Fields) -> CredentialInfo:
    """Raises DamagedData."""
    return CredentialInfo(
        kind=fields.choice("kind", ("oauth", "token", "secrets")),
        issuer=fields.text_or_none("issuer"),
        client_id=fields.text_or_none("client_id"),
        client_kind=fields.choice("client_kind", (*CLIENT_KINDS, None)),
        resource=fields.text_or_none("resource"),
        scopes=fields.texts("scopes"),
        obtained_at=fields.number("obtained_at", 0.0),
        expires_at=fields.number_or_none("expires_at"),
        refreshable=fields.flag("refreshable", False),
        refreshed_at=fields.number_or_none("refreshed_at"),
        refused_at=fields.number_or_none("refused_at"),
        refusal=fields.text("refusal", ""),
        refresh_refused_at=fields.number_or_none("refresh_refused_at"),
        label=fields.text("label", ""),
        header=fields.text("header", "Authorization"),
        store=fields.text("store", ""),
        slot=fields.text("slot", ""),
        ad_hoc=fields.flag("unlisted", False),
        names=fields.texts("names"),
        apart=fields.flag("apart", False),
        added_scopes=fields.texts("added_scopes"),
        secrets=fields.texts("secrets"),
    )


def check_to_json(check: Check) -> dict[str, Any]:
    """Every field by its name."""
    return check._asdict()


def check_from_json(fields: Fields) -> Check:
    """Raises DamagedData."""
    return Check(
        at=fields.number("at"),
        verdict=fields.choice("verdict", VERDICTS),
        reason=fields.text("reason", ""),
        revision=fields.text_or_none("revision"),
    )
