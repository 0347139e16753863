"""Reads the fields of a manual token: from prompts, from a pipe or, if not secret, from arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from keyrack.cli.output import Output, is_terminal
from keyrack.cli.terminal import read_document, read_secret
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.secret import Secret
from keyrack.domain.service.template import names_in
from keyrack.domain.text import plain
from keyrack.operations.tokens.pasted import clean, clean_plain

if TYPE_CHECKING:
    from keyrack.domain.service import Field, Service


WHOLE = "token"  # the key if one secret is the whole credential (unknown service, or all fields joined)


def read_fields(
    out: Output, service: Service | None, name: str, given: Iterable[str]
) -> Mapping[str, Secret]:
    """The fields by the service's keys; an unknown service has one, called token.

    Raises UsageError for arguments that are no field or a secret one, KeyrackError for invalid input.
    """
    if service is None:
        if any(True for _ in given):
            hint = "Use --header to choose how the token is sent."
            raise UsageError("This service has no other fields.", hint=hint)
        return {WHOLE: clean(read_secret(f"Token for {plain(name, 60)} (not shown): ").reveal())}
    found = _given(service, given)
    missing = [field for field in service.fields if field.key not in found]
    if is_terminal(sys.stdin):
        for field in missing:
            _ask(out, service, field, found)
    elif missing:
        _pipe(service, missing, found)
    return found


def _given(service: Service, words: Iterable[str]) -> dict[str, Secret]:
    by_key = {field.key: field for field in service.fields}
    found: dict[str, Secret] = {}
    for word in words:
        key, equals, value = word.partition("=")
        field = by_key.get(key)
        if field is None or not equals:
            names = ", ".join(field.key for field in service.fields if not field.secret) or "none"
            hint = f"Fields of {service.name} that are not secret: {names}."
            raise UsageError("--field needs KEY=VALUE with a known key.", hint=hint)
        if field.secret:
            hint = "Type it at the prompt."
            raise UsageError(f"{field.label} is a secret and can't be an argument.", hint=hint)
        found[key] = clean_plain(field.label, value)
    return found


def _ask(out: Output, service: Service, field: Field, found: dict[str, Secret]) -> None:
    optional = " (optional)" if field.optional else ""
    hint = f" [{field.hint}]" if field.hint else ""
    prompt = f"{service.name} · {field.label}{optional}{hint}{' (not shown)' if field.secret else ''}: "
    if field.secret:
        text = read_secret(prompt).reveal()
    else:
        out.prompt(prompt)
        text = sys.stdin.readline()
    if text.strip():
        found[field.key] = clean(text) if field.secret else clean_plain(field.label, text)
    elif not field.optional:
        raise KeyrackError(f"{field.label} is needed.", hint="Nothing was changed.")


def _pipe(service: Service, missing: list[Field], found: dict[str, Secret]) -> None:
    """Read a single secret, or a line KEY=VALUE for each field."""
    text = (read_secret if len(missing) == 1 else read_document)("").reveal()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    by_key = {field.key: field for field in missing}
    pairs = _pairs(lines, by_key)
    if not pairs and len(lines) == 1:
        found[_key_of_one(service, missing)] = clean(lines[0])
    elif len(pairs) != len(lines):
        hint = f"Keys: {', '.join(by_key)}."
        raise KeyrackError("Standard input must contain one line KEY=VALUE for each field.", hint=hint)
    for key, value in pairs.items():
        found[key] = clean(value) if by_key[key].secret else clean_plain(by_key[key].label, value)
    if WHOLE in found and WHOLE not in by_key:
        return
    for field in missing:
        if field.key not in found and not field.optional:
            pipe = "Pipe one line KEY=VALUE for each field."
            hint = pipe if field.secret else f"Use --field {field.key}=…"
            raise KeyrackError(f"{field.label} is needed.", hint=hint)


def _key_of_one(service: Service, missing: list[Field]) -> str:
    """The field of a single secret: the only required one, or all of them joined if that is possible."""
    needed = [field for field in missing if not field.optional]
    if len(needed) > 1 and any(_is_whole(variant.headers.values()) for variant in service.variants):
        return WHOLE
    secrets = [field for field in needed if field.secret]
    return (secrets or missing)[-1].key


def _is_whole(templates: Iterable[str]) -> bool:
    return all(names_in(template) == {WHOLE} for template in templates)


def _pairs(lines: list[str], by_key: Mapping[str, Field]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines)
    return {key.strip(): value for key, equals, value in pairs if equals and key.strip() in by_key}
