"""The settings of a server's table, as they are typed and shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.server_settings import BY_KEY, SETTINGS, URL_KEYS, text_of, value_of
from keyrack.sources.programs.keyrack_keys import OF_SERVER


def test_every_setting_that_the_file_can_have_is_known() -> None:
    of_processes = {"command", "args", "env", "env_vars"}
    other_spelling = {"transport"}  # of `type`
    assert {setting.key for setting in SETTINGS} == OF_SERVER - {*URL_KEYS} - of_processes - other_spelling


def test_every_setting_is_in_the_page_about_the_configuration() -> None:
    page = (Path(__file__).parents[3] / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"A server's table can have (.*?)\. Each can be set", page, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == {"url", *(setting.key for setting in SETTINGS)}


@pytest.mark.parametrize(("key", "text", "value"), [
    ("client_id", " app ", "app"), ("scopes", "a  b,c", ["a", "b", "c"]), ("callback_port", "8080", 8080),
    ("confirm", "Yes", True), ("resource", "false", False), ("scopes", "  ", None), ("confirm", "", None),
    ("headers", "X-Team: ${T}\n\nX-Url: http://x:1\n", {"X-Team": "${T}", "X-Url": "http://x:1"}),
])  # fmt: skip
def test_a_value_is_typed_as_text(key: str, text: str, value: Any) -> None:
    assert value_of(BY_KEY[key], text) == value
    assert value_of(BY_KEY[key], text_of(BY_KEY[key], value)) == value


@pytest.mark.parametrize(("key", "text"), [
    ("callback_port", "eighty"), ("callback_port", "-1"), ("confirm", "perhaps"), ("headers", "X-Team"),
    ("headers", ": v"), ("authorize", "prompt:"),
])  # fmt: skip
def test_what_is_not_meant_for_a_setting_is_refused_without_repeating_it(key: str, text: str) -> None:
    with pytest.raises(ValueError) as refused:
        value_of(BY_KEY[key], text)
    assert text not in str(refused.value)
