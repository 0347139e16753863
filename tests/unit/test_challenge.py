"""Checklist 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.oauth.challenge import bearer, parse_challenges


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Bearer"], [("Bearer", {})]),
        (['Bearer realm="x"'], [("Bearer", {"realm": "x"})]),
        (
            ['Bearer error="invalid_token", resource_metadata="https://a.example/.well-known/x"'],
            [("Bearer", {"error": "invalid_token", "resource_metadata": "https://a.example/.well-known/x"})],
        ),
        (
            ['Basic realm="a, b", Bearer scope="r w"'],
            [("Basic", {"realm": "a, b"}), ("Bearer", {"scope": "r w"})],
        ),
        (["Basic realm=x", "Bearer scope=r"], [("Basic", {"realm": "x"}), ("Bearer", {"scope": "r"})]),
        (["Negotiate YWJj==, Bearer scope=r"], [("Negotiate", {}), ("Bearer", {"scope": "r"})]),
        ([r'Bearer realm="a\"b\\c"'], [("Bearer", {"realm": 'a"b\\c'})]),
        (["bearer Scope=R"], [("bearer", {"scope": "R"})]),
        (["DPoP algs=ES256, Bearer"], [("DPoP", {"algs": "ES256"}), ("Bearer", {})]),
        (["Bearer scope = x , error = y"], [("Bearer", {"scope": "x", "error": "y"})]),
        (["Bearer scope=one, scope=two"], [("Bearer", {"scope": "one"})]),
        (["", ",,,", '"""'], []),
    ],
)
def test_every_challenge_of_every_line_is_read(lines, expected):
    assert [(c.scheme, dict(c.params)) for c in parse_challenges(lines)] == expected


def test_the_bearer_challenge_with_metadata_is_preferred():
    found = bearer(parse_challenges(["Bearer realm=x", 'Bearer resource_metadata="https://a.example/m"']))
    assert found and found.params["resource_metadata"] == "https://a.example/m"
    assert bearer(parse_challenges(["Basic realm=x"])) is None


@given(st.lists(st.text(max_size=200), max_size=5))
def test_garbage_is_skipped_and_never_raises(lines):
    parse_challenges(lines)


def test_a_giant_header_is_not_read():
    assert parse_challenges(["Bearer " + "x" * 100_000]) == ()
