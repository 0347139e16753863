"""Tokens that the user enters."""

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.pasted import clean
from keyrack.operations.tokens.set_token import Typed, set_token
from support.canned import ISSUER, World, reply
from support.some import some
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def test_a_manual_token_is_tried_then_stored_with_its_header():
    adapters = build(World(**accepts("mine")))
    saved = set_token(adapters, SERVER, Typed({"token": Secret("mine")}, expires_at=NOW + 86400))
    assert some(saved.check).verdict == "accepted" and stored_token(adapters) == "mine"
    assert get_token(adapters, SERVER).token == Secret("mine")


def test_a_refused_manual_token_is_not_stored():
    adapters = build(World(**accepts("mine")))
    adapters.credentials().save(stored_credential())
    with pytest.raises(KeyrackError, match="refused"):
        set_token(adapters, SERVER, Typed({"token": Secret("wrong")}))
    assert stored_token(adapters) == "at-0"


@pytest.mark.parametrize(
    "form", [{"header": "X\r\nEvil: 1"}, {"header": ""}, {"template": "Bearer"}, {"template": "{token}\n"}]
)
def test_a_header_that_is_none_is_refused(form):
    with pytest.raises(KeyrackError):
        set_token(build(), SERVER, Typed({"token": Secret("t")}, **form))


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        (" ghp_abc \n", "ghp_abc"),
        ("Bearer ghp_abc", "ghp_abc"),
        ("Authorization: Bearer ghp_abc", "ghp_abc"),
        ("GITHUB_TOKEN=ghp_abc", "ghp_abc"),
        ("export GITHUB_TOKEN='ghp_abc'", "ghp_abc"),
        ('"ghp_abc"', "ghp_abc"),
        ("ghp_\nabc", "ghp_abc"),
        ("eyJ.abc==", "eyJ.abc=="),
    ],
)
def test_what_people_paste_is_understood(typed, token):
    assert clean(typed) == Secret(token)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "Nothing"),
        ("  ", "Nothing"),
        ("https://github.com/settings", "address"),
        ("a@example.com", "email"),
        ("töken", "characters"),
        ("a\x00b", "characters"),
    ],
)
def test_what_is_no_token_is_refused_with_a_sentence(typed, word):
    with pytest.raises(KeyrackError, match=word) as caught:
        clean(typed)
    assert typed.strip() == "" or typed not in str(caught.value)
