"""Replaces a secret in a JSON file with a reference to a variable, and changes nothing else."""

from __future__ import annotations

import json

from keyrack.domain.change import Step
from keyrack.domain.model import Header
from keyrack.domain.rewrite import split
from keyrack.domain.secret import Secret
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import jsonc
from keyrack.sources.rewriting.edits import Edit, cannot, path_to, table_of, with_value
from keyrack.sources.rewriting.spans import string_at


def edit(text: str, header: Header, variable: str, how: EditJson) -> Edit:
    """Replace the header's secret with a reference to `variable`. Raises KeyrackError or Malformed."""
    assert header.source is not None
    data = jsonc.parse(text, comments=True, commas=how.commas).data
    path = path_to(data, table_of(header.source, how.root), "headers", header)
    span = string_at(text, path)
    value = split(header.value)[0] + how.reference.replace("NAME", variable)
    if span is not None:
        written = json.dumps(value)
        new = text[: span.start] + written + text[span.end :]
        if jsonc.parse(new, comments=True, commas=how.commas).data == with_value(data, path, value):
            literal = text[span.start : span.end]
            step = Step(path, Secret(literal), Secret(written))
            return Edit(new, literal, (written,), (step,))
    raise cannot(header.source, value)
