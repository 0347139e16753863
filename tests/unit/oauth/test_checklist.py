"""What the MCP authorization specification requires of a client: each line has a test that names it.

A test says `@pytest.mark.checklist(7)`. A line whose last test is taken away is noticed here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]

LINES: dict[int | str, str] = {
    # Finding the authorization server
    1: "every challenge of a 401 is read and acted on",
    2: "resource_metadata of the challenge, else the well-known places in order",
    3: "the document's resource identifies the server",
    4: "of several authorization servers one is chosen; what belongs to each is kept apart",
    5: "an issuer with a path: three places in order, and not the root",
    6: "an issuer without a path: two places in order",
    7: "the issuer in the metadata is the one that was asked for, as a string",
    8: "no sign-in without PKCE S256",
    # Being a client there
    9: "pre-registered, metadata document, dynamic registration, ask: in this order",
    10: "the client metadata document's address is the client id",
    11: "dynamic registration: native, refreshes; its reply counts; its refusal is told",
    12: "a registration belongs to one issuer",
    # The sign-in
    13: "issuer, verifier and state are recorded before the browser opens",
    14: "resource in the authorization request and in every token request",
    15: "state is checked",
    16: "redirects to loopback or https; endpoints https, or http on loopback",
    17: "scopes: the user's, else the challenge's, else the resource's, else none",
    18: "iss is compared with the recorded issuer (RFC 9207)",
    19: "the same for an error, which is not shown otherwise",
    # Tokens
    20: "client authentication as registered, else as the issuer says",
    21: "odd but allowed token replies",
    22: "refresh: rotation, and which refusals are final",
    23: "the token travels in the Authorization header, and to its server alone",
    24: "403 insufficient_scope: the union, a few tries, remembered",
    25: "401 with a fresh token is said and not tried for ever",
    # Older servers, each for the revisions 2025-11-25, 2025-06-18 and 2025-03-26
    "older: protected resource": "its document: where, or none",
    "older: metadata": "the issuer's: where",
    "older: nothing found": "an error, or the default paths",
    "older: registration": "a metadata document or dynamic",
    "older: resource": "sent, or absent",
    # What a probe makes of a reply
    "probe: 401": "protected, or the token is refused",
    "probe: 403 insufficient_scope": "the token is accepted, more is needed",
    "probe: other 403": "no verdict",
    "probe: 200 and discovered": "modern and open",
    "probe: -32022": "modern, in another revision",
    "probe: -32020, -32021": "modern",
    "probe: 404 with -32601": "modern",
    "probe: older": "initialize, and the session ended",
    "probe: 2024-11-05": "an event stream",
    "probe: 3xx, 5xx, time-out": "reported, and never followed elsewhere",
    "probe: authorization per method": "tools/list is asked too",
    # Security
    "security: URLs": "https or loopback; no private address for a public server",
    "security: redirects": "each is checked, and none leaves its origin",
    "security: time and size": "no reply takes for ever or fills the memory",
    "security: browser": "web addresses alone, no shell, no flag",
    "security: callback": "loopback, the right path and state, a time limit, closed after use",
    "security: logs": "no secret is in a log, a trace or an output",
    "security: binding": "a credential belongs to resource, issuer, client id and account",
    # Standards beside it
    "RFC 7009": "revocation, the refresh token first",
    "RFC 8628": "a code for another device",
    "RFC 9126": "pushed authorization requests",
}


def _marked() -> Iterator[tuple[object, str]]:
    """Every line that a test names, and the file."""
    for path in TESTS.rglob("test_*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from (
                    (line.value, path.name) for line in _lines(node) if isinstance(line, ast.Constant)
                )


def _lines(call: ast.Call) -> list[ast.expr]:
    """The arguments of `pytest.mark.checklist`, or the first of the probe table's `marked` rows."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return call.args if name == "checklist" else call.args[:1] if name == "marked" else []


MARKED = set(_marked())


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_checklist_has_a_test(line: int | str) -> None:
    assert any(named == line for named, _ in MARKED), f"no test names {line!r}: {LINES[line]}"


def test_no_test_names_a_line_that_is_not_there() -> None:
    assert [(named, file) for named, file in MARKED if named not in LINES] == []
