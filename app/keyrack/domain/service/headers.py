"""The headers that carry a credential, made from a service's templates and what was typed."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.service import Service
from keyrack.domain.service.template import fill, names_in


def headers_for(service: Service, fields: Mapping[str, Secret], variant: str = "") -> dict[str, Secret]:
    """The headers that carry the credential.

    Without `variant`: the service's own headers, or, where a field for them is left empty, the first
    variant that can do without (Jira without an e-mail address is a service account's Bearer token).
    Raises KeyrackError for a missing field, or a value that no header can carry.
    """
    if variant:
        chosen = next((item.headers for item in service.variants if item.name == variant), None)
        if chosen is None:
            raise KeyrackError(f"{service.name} has no variant called “{variant}”.")
        return fill_headers(service, chosen, fields)
    for templates in (service.headers, *(item.headers for item in service.variants)):
        if not _missing(service, templates, fields):
            return fill_headers(service, templates, fields)
    return fill_headers(service, service.headers, fields)


def fill_headers(
    service: Service, templates: Mapping[str, str], fields: Mapping[str, Secret]
) -> dict[str, Secret]:
    """Templates with the fields put in. Raises KeyrackError as `headers_for` does."""
    if missing := _missing(service, templates, fields):
        labels = {field.key: field.label for field in service.fields}
        needed = " and ".join(labels.get(key, key) for key in missing)
        raise KeyrackError(f"{service.name} needs more: {needed}.")
    values = {key: secret.reveal() for key, secret in fields.items()}
    for text in values.values():
        if not (text.isascii() and text.isprintable()):
            raise KeyrackError(
                "It contains a line break or another character that can't be sent in a header.",
                hint="Copy it again from the service's page.",
            )
    if any("basic" in names_in(template) for template in templates.values()):
        from base64 import b64encode

        values["basic"] = b64encode(fill(service.basic, values).encode()).decode()
    return {name: Secret(fill(template, values)) for name, template in templates.items()}


def _missing(service: Service, templates: Mapping[str, str], fields: Mapping[str, Secret]) -> list[str]:
    names = set[str]().union(*(names_in(template) for template in templates.values()))
    if "basic" in names:
        names = (names - {"basic"}) | names_in(service.basic)
    return sorted(name for name in names if not fields.get(name))
