"""What a form shows of a server's table, and the table that is meant by what was typed. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.domain.errors import UsageError
from keyrack.domain.secret import MASK
from keyrack.domain.server_settings import SETTINGS, Setting, text_of, url_key, value_of
from keyrack.operations.servers.own_entries import Entry, typed_url

NAME, URL = "name", "url"
NO_SECRET = "client_secret"  # the setting that may be a secret in plain text
Texts = Mapping[str, str]  # by the setting's key, NAME or URL; a table has a line for each entry


def texts_of(entry: Entry | None) -> dict[str, str]:
    """What the fields contain at first. A secret in plain text is masked; a URL with one is left out."""
    table = entry.table if entry else {}
    texts = {
        setting.key: text_of(setting, _masked(setting, table.get(setting.key), entry)) for setting in SETTINGS
    }
    url = table.get(url_key(table), "")
    is_shown = isinstance(url, str) and not (entry and has_key(entry))
    return {NAME: entry.name if entry else "", URL: url if is_shown else "", **texts}


def has_key(entry: Entry) -> bool:
    """Is there a key in plain text in its URL?"""
    key = entry.server.address_key
    return key is not None and key.plaintext


def _masked(setting: Setting, value: Any, entry: Entry | None) -> Any:
    if setting.key == NO_SECRET and isinstance(value, str) and "${" not in value:
        return MASK
    if setting.key == "headers" and isinstance(value, dict) and entry is not None:
        secret = {header.name for header in entry.server.plaintext_headers}
        return {name: MASK if name in secret else each for name, each in value.items()}
    return value


def draft(entry: Entry | None, texts: Texts) -> tuple[str, dict[str, Any]]:
    """The name and the table. What has not been changed stays as it is. Raises UsageError."""
    old, first = (entry.table if entry else {}), texts_of(entry)
    table = dict(old)
    url = texts[URL].strip()
    if url != first[URL] or entry is None:
        table[url_key(table)] = typed_url(url)
    for setting in SETTINGS:
        text = texts.get(setting.key, "")
        if text.strip() == first[setting.key].strip():
            continue
        try:
            value = _unmasked(value_of(setting, text), old.get(setting.key))
        except ValueError as error:
            raise UsageError(f"{setting.label} {error}") from None
        table.pop(setting.key, None)
        if value is not None:
            table[setting.key] = value
    return texts[NAME].strip(), table


def _unmasked(value: Any, old: Any) -> Any:
    """With the old values in place of masks."""
    if value == MASK and isinstance(old, str):
        return old
    if isinstance(value, dict) and isinstance(old, dict):
        return {name: old.get(name, each) if each == MASK else each for name, each in value.items()}
    return value
