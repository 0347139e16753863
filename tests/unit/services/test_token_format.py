"""Recognizing tokens by their format, and the headers made from them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.service.headers import headers_for
from keyrack.domain.service.token_format import format_hint
from keyrack.services.load import built_in, built_in_ids


def secrets(**fields: str) -> dict[str, Secret]:
    return {key: Secret(value) for key, value in fields.items()}


def shown(headers: Any) -> dict[str, str]:
    return {name: value.reveal() for name, value in headers.items()}


INGEST = "This is an ingest key; MCP needs a management key."


@pytest.mark.parametrize(
    ("id", "field", "text", "level", "words"),
    [
        ("github", "", "ghp_" + "a" * 36, "right", "40 characters · looks right"),
        ("github", "", "github_pat_" + "a" * 82, "right", "looks right"),
        ("github", "", "ghr_" + "a" * 36, "wrong", "refresh token"),
        ("github", "", "Iv23abcdefghijklmnop", "wrong", "client ID"),
        ("github", "", "f" * 40, "odd", "usually starts with github_pat_, ghp_, gho_, ghu_ or ghs_"),
        ("github", "", "ghp_abc def", "odd", "a space or a line break"),
        ("gitlab", "", "glpat-abcdefghijklmnop", "right", "looks right"),
        ("gitlab", "", "gldt-abcdefghijklmnop", "wrong", "deploy token"),
        ("gitlab", "", "glrt-abcdefghijklmnop", "wrong", "runner"),
        ("linear", "", "lin_api_abcdefghijk", "right", "looks right"),
        ("notion", "", "ntn_abcdefghijklm", "wrong", "only accepts OAuth logins"),
        ("figma", "", "figd_abcdefghijklm", "wrong", "only accepts OAuth logins"),
        ("slack", "", "xoxp-1-2-3-abcdef", "right", "looks right"),
        ("slack", "", "xapp-1-A-abcdefgh", "wrong", "app-level"),
        ("slack", "", "xoxe.xoxp-1-abcdef", "wrong", "refresh token"),
        ("grafana", "", "glsa_abcdefghijklm", "right", "looks right"),
        ("grafana", "", "glc_abcdefghijklm", "wrong", "access policy"),
        ("jira", "", "ATATT3xFfGF0abcdef", "right", "looks right"),
        ("jira", "email", "me@example.org", "unknown", "14 characters"),
        ("cloudflare", "", "cfut_" + "a" * 40, "right", "looks right"),
        ("cloudflare", "", "cfk_" + "a" * 40, "wrong", "Global API Key"),
        ("cloudflare", "", "c2547eb745079dac9320b638f5e225cf483cc", "wrong", "Global API Key"),
        ("datadog", "api_key", "a" * 32, "right", "looks right"),
        ("datadog", "api_key", "a" * 40, "wrong", "enter the API key here"),
        ("datadog", "app_key", "a" * 40, "right", "looks right"),
        ("datadog", "app_key", "ddapp_" + "a" * 34, "right", "looks right"),
        ("datadog", "app_key", "a" * 32, "wrong", "enter the application key here"),
        ("datadog", "app_key", "zzzzzzzzzzzzzzzz", "odd", "expected 40 hexadecimal digits or ddapp_…"),
        ("pagerduty", "", "u+abcdefghijklmnopqr", "unknown", "20 characters"),
        ("pagerduty", "", "a" * 32, "wrong", "integration"),
        ("honeycomb", "key_id", "hcamk_01abcdefgh", "right", "looks right"),
        ("honeycomb", "key_id", "hcaik_01abcdefgh", "wrong", INGEST),
        ("honeycomb", "secret", "hcxik_01abcdefgh", "wrong", INGEST),
        ("honeycomb", "secret", "hcalk_01abcdefgh", "wrong", "configuration key"),
        ("honeycomb", "secret", "hcamk_01abcdefgh", "wrong", "the key ID"),
        ("honeycomb", "token", "hcaik_01abcdefgh", "wrong", "ingest key"),
        ("sentry", "", "sntryu_abcdefghij", "right", "looks right"),
        ("sentry", "", "sntrys_abcdefghij", "wrong", "CI only"),
        ("stripe", "", "pk_live_abcdefghij", "wrong", "publishable"),
        ("clickup", "", "pk_123_ABCDEFGH", "wrong", "refuses"),
        ("exa", "", "abc", "odd", "only 3 characters"),
        ("exa", "", "", "unknown", ""),
    ],
)
def test_looks(id: str, field: str, text: str, level: str, words: str) -> None:
    found = format_hint(built_in(id), Secret(text), field)
    assert found.level == level and words in found.sentence


@pytest.mark.parametrize("id", built_in_ids())
def test_a_hint_never_contradicts_the_wrong_kinds_of_its_service(id: str) -> None:
    found = built_in(id)
    if found.takes_token:
        assert {format_hint(found, Secret(prefix + "x" * 30)).level for prefix in found.prefixes} <= {"right"}


def test_looks_never_repeat_the_secret() -> None:
    for id in built_in_ids():
        assert "hunter2hunter2" not in format_hint(built_in(id), Secret("hunter2hunter2")).sentence


@pytest.mark.parametrize(
    ("id", "fields", "variant", "headers"),
    [
        ("github", {"token": "T"}, "", {"Authorization": "Bearer T"}),
        ("gitlab", {"token": "T"}, "", {"Authorization": "Bearer T"}),
        ("gitlab", {"token": "T"}, "private-token", {"PRIVATE-TOKEN": "T"}),
        ("linear", {"token": "T"}, "", {"Authorization": "Bearer T"}),
        ("pagerduty", {"token": "T"}, "", {"Authorization": "Token token=T"}),
        ("sentry", {"token": "T"}, "", {"Authorization": "Sentry-Bearer T"}),
        (
            "jira",
            {"email": "me@example.org", "token": "T"},
            "",
            {"Authorization": "Basic " + base64.b64encode(b"me@example.org:T").decode()},
        ),
        ("jira", {"token": "T"}, "", {"Authorization": "Bearer T"}),
        ("datadog", {"api_key": "A", "app_key": "B"}, "", {"DD-API-KEY": "A", "DD-APPLICATION-KEY": "B"}),
        (
            "datadog",
            {"api_key": "A", "app_key": "B"},
            "underscores",
            {"DD_API_KEY": "A", "DD_APPLICATION_KEY": "B"},
        ),
        ("honeycomb", {"key_id": "I", "secret": "S"}, "", {"Authorization": "Bearer I:S"}),
        ("honeycomb", {"token": "I:S"}, "", {"Authorization": "Bearer I:S"}),
        ("exa", {"token": "T"}, "x-api-key", {"x-api-key": "T"}),
        # A value is put in once: what it holds is not a template.
        ("honeycomb", {"key_id": "{secret}", "secret": "S"}, "", {"Authorization": "Bearer {secret}:S"}),
    ],
)
def test_headers(id: str, fields: dict[str, str], variant: str, headers: dict[str, str]) -> None:
    assert shown(headers_for(built_in(id), secrets(**fields), variant)) == headers


@pytest.mark.parametrize(
    ("id", "fields", "words"),
    [
        ("datadog", {"api_key": "A"}, "Application key"),
        ("datadog", {"api_key": "A", "app_key": ""}, "Application key"),
        ("honeycomb", {"secret": "S"}, "Key ID"),
        ("github", {}, "Token"),
        ("github", {"token": "a\r\nX-Evil: 1"}, "line break"),
        ("github", {"token": "pass‑word"}, "can't be sent in a header"),
    ],
)
def test_a_header_that_cannot_be_made_is_a_sentence(id: str, fields: dict[str, str], words: str) -> None:
    with pytest.raises(KeyrackError, match=words) as caught:
        headers_for(built_in(id), secrets(**fields))
    assert "X-Evil" not in str(caught.value)


def test_an_unknown_variant_is_a_sentence() -> None:
    with pytest.raises(KeyrackError, match="has no variant"):
        headers_for(built_in("github"), secrets(token="T"), "smoke")
