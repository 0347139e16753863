"""The content of the vault: JSON with the entries and the recipients.

The recipients are included so that each write can seal it to all of them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.store.records.fields import parse

FORMAT = 1


class Content(NamedTuple):
    recipients: tuple[str, ...]
    entries: Mapping[str, Secret]

    def with_entry(self, name: str, text: Secret) -> Content:
        return self._replace(entries={**self.entries, name: text})

    def without_entry(self, name: str) -> Content:
        return self._replace(entries={each: text for each, text in self.entries.items() if each != name})


def encode(content: Content) -> bytes:
    """The bytes to seal, in ASCII."""
    entries = sorted((name, text.reveal()) for name, text in content.entries.items())
    data = {"format": FORMAT, "recipients": content.recipients, "entries": entries}
    return json.dumps(data, indent=1).encode() + b"\n"


def decode(plain: bytes, what: str) -> Content:
    """The content of the vault called `what`. Raises DamagedData or NewerFormat; neither quotes it."""
    fields = parse(plain.decode(errors="replace"), what, FORMAT)
    entries = {name: Secret(text) for name, text in fields.rows("entries", 2)}
    return Content(fields.texts("recipients"), entries)
