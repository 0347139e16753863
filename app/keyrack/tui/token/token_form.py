"""The token form's texts about a service, and the parsing of its fields. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from keyrack.domain.errors import BadUrl, KeyrackError, UsageError
from keyrack.domain.resource import host
from keyrack.domain.secret import Secret
from keyrack.domain.service import Field, FormatHint, Service, host_matches, variant_with
from keyrack.domain.service.template import fill, names_in
from keyrack.domain.service.token_format import format_hint
from keyrack.operations.tokens.pasted import clean, clean_plain
from keyrack.tui.kit.present import short_path
from keyrack.wording.times import parse_expiry

DEFAULT_HEADER = "Authorization: Bearer {token}"
PLACE = "{token}"
UNKNOWN = (Field("token", "Token"),)  # for an unknown service

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a field name's characters, RFC 9110 section 5.1
_CONFIDENCE = {"H": "high", "M": "medium", "L": "low"}


def header_text(header: str, template: str) -> str:
    """A header as the user types it: "X-Api-Key: {token}"."""
    return f"{header}: {template}"


def parse_header(text: str) -> tuple[str, str]:
    """Parse "Name: template" into (name, template). Raises UsageError."""
    name, colon, template = (part.strip() for part in text.partition(":"))
    if not colon or not _NAME.fullmatch(name):
        raise UsageError("The header needs a name and a colon.", hint=f"For example: {DEFAULT_HEADER}")
    if template.count(PLACE) != 1:
        raise UsageError(
            f"The header must contain {PLACE} once, in the place of the token.",
            hint=f"For example: {DEFAULT_HEADER}",
        )
    if not template.isprintable() or not template.isascii():
        raise UsageError("The header can only contain plain printable characters.")
    return name, template


def typed_expiry(text: str, now: float) -> float | None:
    """Parse "2027-01-31" or "90d" into Unix seconds; None if empty or "never". Raises UsageError."""
    words = "".join(text.split())
    if words.lower() in ("", "never", "none"):
        return None
    try:
        return parse_expiry(words, now)
    except ValueError as error:
        raise UsageError(f"The expiry {error}", hint="Or leave it empty.") from None


def typed_field(field: Field, text: str) -> Secret | None:
    """A field's value, without anything pasted around it; None for an empty optional field.

    Raises KeyrackError.
    """
    if not text.strip():
        if field.optional:
            return None
        raise KeyrackError(f"{field.label} is needed.", hint=f"Expected: {field.hint}." if field.hint else "")
    return clean(text) if field.secret else clean_plain(field.label, text)


def judged(service: Service | None, field: Field, text: str) -> FormatHint:
    """Judge a field's text so far. For a field that is not secret, only report what may be wrong."""
    if not text.strip():
        return FormatHint("unknown", "")
    try:
        value = clean(text) if field.secret else clean_plain(field.label, text)
    except KeyrackError as error:
        return FormatHint("wrong", f"{error} {error.hint}".strip())
    if service is None:
        return FormatHint("unknown", f"{len(value)} characters")
    found = format_hint(service, value, field.key)
    return found if field.secret or found.level in ("wrong", "odd") else FormatHint("unknown", "")


def ways(service: Service) -> list[tuple[str, Mapping[str, str]]]:
    """The ways to send the token that differ in a header's name, as (that name, the headers)."""
    typed = {field.key for field in service.fields}
    found = [(service.header, service.headers)]
    for name, headers in service.variants:
        first = next(iter(headers))
        if variant_with(service, first) == name and _needs(service, headers) <= typed:
            found.append((first, headers))
    return found


def header_lines(
    service: Service, given: Collection[str], headers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """A line for each header, with ‹token› in place of a field's value.

    `given` are the keys of the fields that are filled in. Without `headers`, the lines show the first of the
    service's ways that needs no other fields.
    """
    sent = service.headers
    if headers is not None:
        sent = headers
    elif given:
        every = (service.headers, *(variant.headers for variant in service.variants))
        sent = next((each for each in every if _needs(service, each) <= set(given)), service.headers)
    labels = {"token": "token", **{field.key: lowered(field.label) for field in service.fields}}
    values = {key: f"‹{label}›" for key, label in labels.items()}
    values["basic"] = f"‹{fill(service.basic, labels)}›"
    return tuple(header_text(name, fill(template, values)) for name, template in sent.items())


def lowered(label: str) -> str:
    """A label inside a sentence: "Key id" becomes "key id", but "API key" stays."""
    return label if label[:2].isalpha() and label[:2].isupper() else label[:1].lower() + label[1:]


def region_of(service: Service, url: str) -> str:
    """The service's region that a server belongs to; "" if there is only one."""
    try:
        name = host(url)
    except BadUrl:
        return ""
    if len(service.regions) < 2:
        return ""
    return next((region.name for region in service.regions if host_matches(name, region.host)), "")


def question(service: Service) -> str | None:
    """What the service's own check can tell, and where it sends the token; None if there is no check."""
    check = service.check
    if check is None:
        return None
    place = urlsplit(check.url).netloc if "{site}" not in check.url else "the site that you entered"
    told = [("owner", check.account), ("scopes", check.scopes), ("expiry", check.expires)]
    facts = ", ".join(words for words, known in told if known)
    return f"Also ask {place} {f'for the token’s {facts}' if facts else 'whether it accepts the token'}"


def missing_site(service: Service, typed: Mapping[str, Secret]) -> str:
    """The label of the empty field that the check's address needs; "" if none is missing."""
    if service.check is None or "{site}" not in service.check.url or typed.get("site"):
        return ""
    return next((field.label for field in service.fields if field.key == "site"), "")


def expiry_hint(service: Service | None) -> str:
    """The expiry field's placeholder."""
    if service is not None and service.never_expires:
        return "never; or 2027-01-31, or 90d"
    if service is not None and service.check is not None and service.check.expires:
        return "found if checked below; or 2027-01-31, or 90d"
    return "unknown; or 2027-01-31, or 90d"


def about(service: Service) -> str:
    """How well the service is known."""
    if service.path:
        return f"From your own file {short_path(service.path)}"
    sure = _CONFIDENCE.get(service.confidence)
    known = [f"verified {service.verified}"] if service.verified else []
    known += [f"confidence {sure}"] if sure else []
    return f"Known service: {', '.join(known)}" if known else ""


def _needs(service: Service, headers: Mapping[str, str]) -> set[str]:
    names = set[str]().union(*(names_in(template) for template in headers.values()))
    return (names - {"basic"}) | names_in(service.basic) if "basic" in names else names
