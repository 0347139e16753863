"""Texts, URLs and files without their secrets."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.redaction import (
    JSON_PARTS,
    TOML_PARTS,
    forms_of,
    hide,
    hide_in_bytes,
    hide_in_json,
    shown_file,
    shown_url,
)
from keyrack.domain.secret import MASK, Secret

HARD = 'ab/c+d é"=12'


@pytest.mark.parametrize(
    "written",
    [
        HARD,
        quote_plus(HARD),
        quote(HARD, safe=""),
        json.dumps(HARD)[1:-1],
        json.dumps(HARD, ensure_ascii=False)[1:-1],
        json.dumps(HARD)[1:-1].replace("/", r"\/"),
    ],
)
@pytest.mark.parametrize("keep_words", [False, True])
def test_a_secret_is_found_however_others_write_it(written: str, keep_words: bool) -> None:
    forms = forms_of([Secret(HARD)], keep_words=keep_words)
    assert hide(f"no {written} here", forms) == f"no {MASK} here"
    assert hide_in_bytes(f"no {written} here".encode(), forms).decode() == f"no {MASK} here"


def test_what_is_behind_a_scheme_is_a_secret_too() -> None:
    assert hide("at-1 is no at-12345", forms_of([Secret("Bearer at-12345")])) == f"at-1 is no {MASK}"


def test_the_password_of_basic_credentials_is_a_secret_too() -> None:
    sent = Secret("Basic " + b64encode(b"client:s3cr%2Ft-x").decode())
    assert hide("client may not use s3cr/t-x", forms_of([sent])) == f"client may not use {MASK}"
    assert forms_of([Secret("Basic ÿ!")])[0] == quote("Basic ÿ!", safe="")


def test_the_longest_is_taken_out_first() -> None:
    assert hide("abcde-f", forms_of([Secret("abcd"), Secret("abcde-f")])) == MASK


@pytest.mark.parametrize("secret", ["invalid", "null", "1234", "true"])
def test_a_short_word_or_number_stays_where_a_program_reads_it(secret: str) -> None:
    assert hide(secret, forms_of([Secret(secret)], keep_words=True)) == secret
    assert hide(secret, forms_of([Secret(secret)])) == MASK


@pytest.mark.parametrize("secret", ["in-vali", "longer-than-that", "longerthanthat"])
def test_and_no_other(secret: str) -> None:
    assert hide(secret, forms_of([Secret(secret)], keep_words=True)) == MASK


def test_what_is_shorter_than_four_characters_would_be_found_anywhere() -> None:
    assert forms_of([Secret("abc"), Secret("Bearer x"), Secret("")]) == forms_of([Secret("Bearer x")])


def test_each_string_of_a_json_value_is_looked_at() -> None:
    said = {"tok-1": ["x tok-1", {"a": "tok-1"}, 1, None]}
    assert hide_in_json(said, forms_of([Secret("tok-1")])) == {MASK: [f"x {MASK}", {"a": MASK}, 1, None]}


def test_an_address_shows_the_parameters_that_are_known_to_be_harmless() -> None:
    assert shown_url("https://h.example/a?b=c&d=e", {"b"}) == f"https://h.example/a?b=c&d={MASK}"
    within = "https://h.example/?back=https://x.example/?key=k3y"
    assert shown_url(within, {"back"}) == f"https://h.example/?back=https://x.example/?key={MASK}"


@given(st.text(max_size=60))
def test_any_text_is_an_address_that_can_be_shown(text: str) -> None:
    assert len(shown_url(f"https://{text}", {"a"})) <= 300


SECRET = st.text("sk0123456789-abcdef", min_size=9).map(lambda text: "sk-" + text)
FORMS = ["{}", "Bearer {}", '"{}"', "a\n{}", "\\{}", "// {}", "# {}", "'{}'", "'''{}", '"""{}\n"']


@given(SECRET, st.sampled_from(FORMS))
def test_no_value_can_be_read(secret: str, form: str) -> None:
    data = {"k": form.format(secret), "list": [form.format(secret)], "in": {"x y": form.format(secret)}}
    for text, adapters in [
        (json.dumps(data), JSON_PARTS),
        (json.dumps(data, indent=1, ensure_ascii=False), JSON_PARTS),
        (tomli_w.dumps(data), TOML_PARTS),
        (tomli_w.dumps(data, multiline_strings=True), TOML_PARTS),
    ]:
        shown = shown_file(text, adapters, {})
        assert secret not in shown
        assert shown.count("\n") == text.count("\n")


def test_nor_a_comment_nor_a_long_number() -> None:
    assert shown_file('{ // sk-1\n"a": 5, /* sk-2\n*/ "n": 123456789 }', JSON_PARTS, {}) == (
        f'{{ //{MASK}\n"a": 5, /*{MASK}\n "n": {MASK} }}'
    )
    text = "# sk-1\na = 1 # sk-2\nb = '''\nsk-3'''\n[\"t.x\".u]\n\"q r\" = 2026-01-01\n"
    assert shown_file(text, TOML_PARTS, {}) == (
        f'#{MASK}\na = 1 #{MASK}\nb = \'{MASK}\'\n\n["t.x".u]\n"q r" = 2026-01-01\n'
    )


def test_what_may_be_shown_is() -> None:
    text = '{"url": "https://a.example", "type": "http", "h": "Bearer sk-1"}'
    shown = {'"https://a.example"': '"https://a.example"', '"Bearer sk-1"': '"Bearer ●"'}
    assert shown_file(text, JSON_PARTS, shown) == text.replace("sk-1", "●")


def test_a_files_text_shows_what_starts_a_local_server_and_none_of_its_own_words() -> None:
    entry = '{"command": "npx", "args": ["-y", "sk-npx", "--key=-y"], "type": "streamableHttp"}'
    assert shown_file(entry, JSON_PARTS, {}) == (
        f'{{"command": "npx", "args": ["-y", "{MASK}", "{MASK}"], "type": "streamableHttp"}}'
    )
