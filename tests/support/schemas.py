"""The schemas of what keyrack prints as JSON (docs/schemas)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from keyrack.cli.output import Output
from keyrack.cli.spec import JSON, Verb
from keyrack.cli.verbs import VERBS

FOLDER = Path(__file__).parents[2] / "docs/schemas"


def prints_json(verb: Verb) -> bool:
    """Has it --json, or --format json?"""
    return any(each.flags == JSON.flags or "json" in each.value.split("|") for each in verb.options)


def schema_of(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


def validate(name: str, text: str) -> None:
    """Raises jsonschema.ValidationError if the command's schema does not describe what it printed."""
    from jsonschema import Draft202012Validator

    Draft202012Validator(schema_of(name)).validate(json.loads(text))


@contextmanager
def validated(argv: Sequence[str]) -> Iterator[None]:
    """Validate whatever is printed in there, if the command line asks for JSON."""
    name = next((word for word in argv if word in VERBS), "")
    if "--json" not in argv and not (name == "header" and "json" in argv):
        yield
        return
    printed: list[str] = []
    real = Output.line

    def line(self: Output, text: str) -> None:
        printed.append(text)
        real(self, text)

    with mock.patch.object(Output, "line", line):
        yield
    for text in printed:
        validate(name, text)
