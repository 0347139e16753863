"""Whom an account belongs to, according to the token response."""

import base64
import json

import pytest

from keyrack.oauth.label import label_of


def id_token(**claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{part}.sig"


@pytest.mark.parametrize(
    ("document", "label"),
    [
        ({"id_token": id_token(email="ada@example.com", name="Ada")}, "ada@example.com"),
        ({"id_token": id_token(preferred_username="ada", sub="7")}, "ada"),
        ({"workspace_name": "Analytical Engines"}, "Analytical Engines"),
        ({"user": {"name": "Ada"}}, "Ada"),
        ({"team": {"name": "Engines", "id": "T1"}}, "Engines"),
        ({"id_token": id_token(sub="7"), "email": "ada@example.com"}, "ada@example.com"),
        ({"id_token": "not.a.token"}, ""),
        ({"id_token": 7, "user": "u-1", "team": []}, ""),
        ({"id_token": "a"}, ""),
        ({"email": ["x"], "name": {}}, ""),
        ({"email": "\x1b[31mred\n"}, "[31mred"),
        ({"email": "x" * 500}, None),
        ({"access_token": "secret", "client_secret": "secret"}, ""),
    ],
)
def test_the_label(document, label):
    found = label_of(document)
    assert len(found) <= 80 and "\x1b" not in found
    if label is not None:
        assert found == label
