"""Line 1 of the checklist."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyrack.oauth.challenge import MAX_LENGTH, bearer, parse_challenges


@pytest.mark.checklist(1)
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
        (['Bearer realm="x, Basic y'], [("Bearer", {})]),  # the quote never ends: the rest is its
        (['Bearer scope="r \x1b[2J", realm="\x9b2J", error="a\tb", scope=w'], [("Bearer", {"scope": "w"})]),
        (['junk=", Basic x" y, Bearer a=b'], [("Bearer", {"a": "b"})]),
        (
            ["Bearer error_description=Missing token, scope=r"],
            [("Bearer", {"error_description": "Missing", "scope": "r"})],
        ),
        (
            ['Bearer realm="x" scope="r"; error="y";'],
            [("Bearer", {"realm": "x", "scope": "r", "error": "y"})],
        ),
        (["Bearer scope='r w', realm='x"], [("Bearer", {"scope": "r w"})]),
        (["X-Login realm=MAX, XBearer"], [("X-Login", {"realm": "MAX"}), ("XBearer", {})]),
    ],
)
def test_every_challenge_of_every_line_is_read(lines, expected):
    assert [(c.scheme, dict(c.params)) for c in parse_challenges(lines)] == expected


def test_the_bearer_challenge_with_metadata_is_preferred():
    found = bearer(parse_challenges(["Bearer realm=x", 'Bearer resource_metadata="https://a.example/m"']))
    assert found and found.params["resource_metadata"] == "https://a.example/m"
    assert bearer(parse_challenges(["Basic realm=x"])) is None


ONE, TWO = "https://a.example/.well-known/x?tenant=1&b=2", "https://a.example:8443/prm/~me;v=1"


@pytest.mark.checklist(1, 2)
@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([f"Bearer resource_metadata={ONE}"], [ONE]),
        ([f"Bearer realm=x, resource_metadata={ONE}, scope=r"], [ONE]),
        ([f"Bearer resource_metadata={ONE}; scope=r"], [ONE]),
        ([f"Bearer scope=r resource_metadata={TWO}"], [TWO]),
        ([f"Bearer resource_metadata='{ONE}', scope='r'"], [ONE]),
        ([f'Bearer resource_metadata="{ONE}" , scope="r"'], [ONE]),
        ([f'Bearer Resource_Metadata = "{ONE}"'], [ONE]),
        ([f'Bearer resource_metadata="{ONE}", error="x", resource_metadata="{TWO}"'], [ONE, TWO]),
        ([f'Bearer resource_metadata="{ONE}"', f"Bearer resource_metadata={TWO}"], [ONE, TWO]),
        ([f'Bearer resource_metadata="{ONE}", Bearer resource_metadata="{TWO}"'], [ONE, TWO]),
        ([f'DPoP resource_metadata="{TWO}", Bearer resource_metadata="{ONE}"'], [ONE, TWO]),
        (['Basic realm="x"', f'Bearer resource_metadata="{ONE}", resource_metadata="{ONE}"'], [ONE]),
        (['Bearer resource_metadata=""', "Bearer resource_metadata="], []),
        (["Bearer resource_metadata=/prm.json"], ["/prm.json"]),
        ([f'Bearer resource_metadata="{ONE}\x1b[2J", resource_metadata="{TWO}'], []),
        ([f"Basic resource_metadata={ONE}"], None),
    ],
)
def test_every_document_that_is_named_is_kept_however_it_is_quoted(
    lines: list[str], named: list[str] | None
) -> None:
    found = bearer(parse_challenges(lines))
    assert (list(found.resource_metadata) if found else None) == named


@given(st.lists(st.text(max_size=200), max_size=5))
def test_garbage_is_skipped_and_never_raises(lines):
    parse_challenges(lines)


@given(
    st.text(alphabet="\"'\\=,; \ta(", min_size=1, max_size=6),
    st.sampled_from(["", '"', 'Bearer a="', "Bearer a='"]),
)
@example('"\\', "")
@example("a=',", "Bearer ")
def test_no_header_takes_long(unit, start):
    """Read in one pass: an expression that tries again from each place takes seconds for this example."""
    line = (start + unit * MAX_LENGTH)[:MAX_LENGTH]
    assert any(seconds_for(line) < 1.0 for _ in range(3))  # a busy machine may be slow for once


def seconds_for(line):
    began = time.process_time()
    parse_challenges([line])
    return time.process_time() - began


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Bearer", "Basic", "DPoP"]),
            st.dictionaries(
                st.sampled_from(["realm", "scope", "error", "resource_metadata"]),
                st.text(max_size=30).filter(str.isprintable),
            ),
        ),
        max_size=4,
    )
)
def test_what_is_written_by_the_rules_is_read_as_it_was_meant(challenges):
    def quoted(value):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    adapters = [
        " ".join([scheme, ", ".join(f"{key}={quoted(value)}" for key, value in params.items())])
        for scheme, params in challenges
    ]
    for lines in (adapters, [", ".join(adapters)]):
        assert [(each.scheme, dict(each.params)) for each in parse_challenges(lines)] == challenges


def test_a_giant_header_is_not_read():
    assert parse_challenges(["Bearer " + "x" * 100_000]) == ()
