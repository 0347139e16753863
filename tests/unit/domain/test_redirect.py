"""Redirect URIs that keyrack can listen at: on this machine, over http, and nowhere else."""

import pytest

from keyrack.domain.errors import BadUrl
from keyrack.domain.redirect import Redirect, parse_redirect, refusal_of_path


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("http://127.0.0.1:8085/callback", ("127.0.0.1", 8085, "/callback")),
        ("http://localhost:3334/oauth/callback", ("localhost", 3334, "/oauth/callback")),
        ("http://LOCALHOST:1/a", ("localhost", 1, "/a")),
        ("http://[::1]:9/cb", ("[::1]", 9, "/cb")),
        ("http://127.0.0.1/callback", ("127.0.0.1", None, "/callback")),
        ("http://127.0.0.1:33418", ("127.0.0.1", 33418, "/")),
        ("http://127.0.0.1:33418/", ("127.0.0.1", 33418, "/")),
    ],
)
def test_on_loopback(text: str, parts: tuple[str, int | None, str]) -> None:
    assert parse_redirect(text) == Redirect(*parts)


@pytest.mark.parametrize(
    "text",
    [
        "https://127.0.0.1:8085/callback",  # nobody could answer there without a certificate
        "http://192.168.1.5:8085/callback",
        "http://0.0.0.0:8085/callback",
        "http://127.0.0.1.evil.example:8085/callback",
        "http://localhost.evil.example/callback",
        "https://devbox.example/callback",
        "http://me@localhost:8085/callback",
        "http://localhost:80\n85/callback",
        "//localhost:8085/callback",
        "cursor://anysphere/callback",
        "localhost:8085",
        "",
    ],
)
def test_any_other_place_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_redirect(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:0/cb",
        "http://localhost:99999/cb",
        "http://localhost:1/cb?next=x",
        "http://localhost:1/cb?",
        "http://localhost:1/cb#x",
        "http://localhost:1/a/../b",
        "http://localhost:1//evil.example",
        "http://localhost:1/a%zz",
        "http://localhost:1/ä",
    ],
)
def test_what_can_t_be_listened_at_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_redirect(text)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("callback", "must start with a slash"),
        ("/a?b=c", "can't contain a query or a fragment"),
        ("/a/%2E%2e/b", "can't contain “.” or “..”"),
        ("//evil.example/x", "is not a valid URL path"),
        ("/oauth/callback", None),
    ],
)
def test_a_refused_path_is_told_why(path: str, why: str | None) -> None:
    assert refusal_of_path(path) == why
