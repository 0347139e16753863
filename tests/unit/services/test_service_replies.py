"""How replies to a check or a revocation are understood."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from keyrack.domain.service import variant_with
from keyrack.services.extract import moment_of
from keyrack.services.load import built_in
from keyrack.services.replies import read_check, read_revoke


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[misc]


OK: dict[str, Any] = {
    "github": (200, {"login": "octo"}),
    "gitlab": (200, {"active": True, "revoked": False, "name": "mcp", "scopes": ["api"], "expires_at": None}),
    "linear": (200, {"data": {"viewer": {"id": "1", "email": "me@example.org"}}}),
    "notion": (200, {"object": "user", "id": "1", "name": "Bot", "bot": {"workspace_name": "Acme"}}),
    "slack": (200, {"ok": True, "user": "me", "team": "Acme"}),
    "grafana": (200, {"dashboards:read": ["dashboards:*"], "folders:read": ["folders:*"]}),
    "jira": (200, {"accountId": "1", "emailAddress": "me@example.org"}),
    "cloudflare": (200, {"success": True, "errors": [], "result": {"status": "active"}}),
    "datadog": (200, {"valid": True}),
    "pagerduty": (200, {"user": {"id": "P1", "email": "me@example.org"}}),
    "honeycomb": (
        200,
        {"data": {"id": "k", "type": "api-keys", "attributes": {"name": "mcp", "scopes": ["mcp:read"]}}},
    ),
    "sentry": (200, None),
}

REFUSED: dict[str, Any] = {
    "github": (401, {"message": "Bad credentials"}),
    "gitlab": (401, {"message": "401 Unauthorized"}),
    "linear": (400, {"errors": [{"message": "no", "extensions": {"code": "AUTHENTICATION_ERROR"}}]}),
    "notion": (401, {"message": "API token is invalid."}),
    "slack": (200, {"ok": False, "error": "invalid_auth"}),
    "grafana": (401, {"message": "Invalid API key"}),
    "jira": (401, None),
    "cloudflare": (401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}]}),
    "datadog": (403, {"errors": ["Forbidden"]}),
    "pagerduty": (401, {"error": {"message": "Account Not Found"}}),
    "honeycomb": (401, {"error": "unknown API key - check your credentials"}),
    "sentry": (403, None),
}


@pytest.mark.parametrize("id", sorted(OK))
def test_a_good_reply_is_accepted(id: str) -> None:
    status, json = OK[id]
    verdict = read_check(built_in(id), status, (), json)
    assert verdict.ok is True and "accepts it" in verdict.sentence


@pytest.mark.parametrize("id", sorted(REFUSED))
def test_a_refusal_is_no(id: str) -> None:
    status, json = REFUSED[id]
    verdict = read_check(built_in(id), status, (), json)
    assert verdict.ok is False and verdict.sentence.endswith(".")


@pytest.mark.parametrize("id", sorted(OK))
@pytest.mark.parametrize("status", [429, 500, 503, 302, 404])
def test_limits_failures_and_redirects_say_nothing_of_the_token(id: str, status: int) -> None:
    assert read_check(built_in(id), status, (), None).ok is None


@pytest.mark.parametrize("id", sorted(set(OK) - {"sentry"}))
def test_a_page_instead_of_json_says_nothing_of_the_token(id: str) -> None:
    assert read_check(built_in(id), 200, (), None).ok is None


@pytest.mark.parametrize("id", sorted(set(OK) - {"sentry", "github", "grafana", "notion"}))
@pytest.mark.parametrize("json", [{}, [], {"result": []}, {"data": None}])
def test_json_of_another_shape_says_nothing_of_the_token(id: str, json: Any) -> None:
    assert read_check(built_in(id), 200, (), json).ok is None


@pytest.mark.parametrize(
    ("id", "account", "scopes"),
    [
        ("linear", "me@example.org", ()),
        ("notion", "Bot · Acme", ()),
        ("slack", "me · Acme", ()),
        ("grafana", "", ("dashboards:read", "folders:read")),
        ("jira", "me@example.org", ()),
        ("pagerduty", "me@example.org", ()),
        ("honeycomb", "mcp", ("mcp:read",)),
        ("gitlab", "mcp", ("api",)),
    ],
)
def test_account_and_scopes_are_read_where_they_stand(id: str, account: str, scopes: tuple[str, ...]) -> None:
    verdict = read_check(built_in(id), *(OK[id][0], (), OK[id][1]))
    assert (verdict.account, verdict.scopes, verdict.expires_at) == (account, scopes, None)


DATE = ("Date", "Sat, 21 Nov 2026 07:00:00 GMT")
EXPIRES = "GitHub-Authentication-Token-Expiration"


@pytest.mark.parametrize(
    ("headers", "expires_at"),
    [
        ((DATE,), None),
        ((DATE, (EXPIRES, "2026-12-01 09:30:00 UTC")), at(2026, 12, 1, 9, 30)),
        ((DATE, (EXPIRES, "2026-12-01 09:30:00 -0500")), at(2026, 12, 1, 14, 30)),
        ((DATE, (EXPIRES, "2026-11-21 07:00:00 UTC")), None),  # equal to Date: not an expiry
        ((DATE, (EXPIRES, "2026-11-21 08:00:00 +0100")), None),
        ((DATE, (EXPIRES, "soon")), None),
        (((EXPIRES, "2026-12-01 09:30:00 UTC"),), at(2026, 12, 1, 9, 30)),
    ],
)
def test_github_expiry(headers: tuple[tuple[str, str], ...], expires_at: float | None) -> None:
    verdict = read_check(built_in("github"), 200, headers, {"login": "octo"})
    assert (verdict.ok, verdict.account, verdict.expires_at) == (True, "octo", expires_at)


def test_github_scopes_come_from_a_header_that_fine_grained_tokens_lack() -> None:
    github = built_in("github")
    classic = read_check(github, 200, (("x-oauth-scopes", "repo, read:org,  gist"),), {"login": "octo"})
    assert classic.scopes == ("repo", "read:org", "gist")
    assert read_check(github, 200, (("X-OAuth-Scopes", ""),), {"login": "octo"}).scopes == ()
    assert read_check(github, 200, (), {"login": "octo"}).scopes == ()


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (403, (("X-RateLimit-Remaining", "0"),), "try again later"),
        (403, (("Retry-After", "60"),), "try again in 60 s"),
        (429, (("Retry-After", "7"),), "try again in 7 s"),
        (429, (("Retry-After", "<b>now</b>"),), "try again later"),
        (403, (("X-RateLimit-Remaining", "4999"),), "does not let this token ask"),
    ],
)
def test_a_rate_limit_is_not_a_refusal(status: int, headers: tuple[tuple[str, str], ...], words: str) -> None:
    verdict = read_check(built_in("github"), status, headers, {"message": "no"})
    assert verdict.ok is None and words in verdict.sentence


def test_rate_limits_that_stand_in_the_body() -> None:
    assert read_check(built_in("slack"), 200, (), {"ok": False, "error": "ratelimited"}).ok is None
    reply = {"errors": [{"message": "x", "extensions": {"code": "RATELIMITED"}}]}
    assert read_check(built_in("linear"), 400, (), reply).ok is None


@pytest.mark.parametrize(
    ("json", "ok", "words"),
    [
        ({"ok": False, "error": "invalid_auth"}, False, "does not accept"),
        ({"ok": False, "error": "token_expired"}, False, "expired"),
        ({"ok": False, "error": "token_revoked"}, False, "revoked"),
        ({"ok": False, "error": "something_new"}, False, "something_new"),
        ({"ok": "true"}, False, "does not accept"),
    ],
)
def test_slack_says_no_with_a_200(json: Any, ok: bool | None, words: str) -> None:
    verdict = read_check(built_in("slack"), 200, (), json)
    assert verdict.ok is ok and words in verdict.sentence


@pytest.mark.parametrize(
    ("result", "ok", "expires_at"),
    [
        ({"status": "active", "expires_on": "2027-01-01T05:20:00Z"}, True, at(2027, 1, 1, 5, 20)),
        ({"status": "active"}, True, None),
        ({"status": "disabled"}, False, None),
        ({"status": "expired", "expires_on": "2020-01-01T00:00:00Z"}, False, None),
    ],
)
def test_cloudflare_status_and_expiry(result: Any, ok: bool, expires_at: float | None) -> None:
    verdict = read_check(built_in("cloudflare"), 200, (), {"success": True, "errors": [], "result": result})
    assert (verdict.ok, verdict.expires_at) == (ok, expires_at)


def test_gitlab_expiry_is_the_midnight_of_its_date_and_inactive_is_no() -> None:
    gitlab = built_in("gitlab")
    reply = {"active": True, "name": "mcp", "scopes": ["api", "mcp"], "expires_at": "2026-12-01"}
    verdict = read_check(gitlab, 200, (), reply)
    assert (verdict.scopes, verdict.expires_at) == (("api", "mcp"), at(2026, 12, 1))
    assert read_check(gitlab, 200, (), {**reply, "active": False}).ok is False


def test_pagerduty_explains_a_key_of_the_account() -> None:
    verdict = read_check(built_in("pagerduty"), 400, (), {"error": {"message": "user context"}})
    assert verdict.ok is None and "rather than of a user" in verdict.sentence


def test_graphql_errors_in_a_200_are_a_refusal() -> None:
    reply = {"errors": [{"message": "no"}], "data": None}
    assert read_check(built_in("linear"), 200, (), reply).ok is False
    assert read_check(built_in("monday"), 200, (), reply).ok is False


def test_hostile_words_are_made_short_and_printable() -> None:
    reply = {"login": "a\x1b[31m\u202eb\n" + "c" * 5000}
    verdict = read_check(built_in("github"), 200, (("X-OAuth-Scopes", "repo,\x07bell"),), reply)
    assert verdict.account.isprintable() and len(verdict.account) <= 120
    assert all(scope.isprintable() for scope in verdict.scopes)
    refusal = read_check(built_in("github"), 401, (), {"message": "x" * 5000 + "\x1b"})
    assert len(refusal.sentence) < 200 and refusal.sentence.isprintable()


def test_facts_of_another_type_are_passed_over() -> None:
    reply = {"active": True, "name": {"a": 1}, "scopes": [1, None, {"x": 2}, "api"], "expires_at": ["x"]}
    verdict = read_check(built_in("gitlab"), 200, (), reply)
    assert (verdict.account, verdict.scopes, verdict.expires_at) == ("", ("1", "api"), None)


@pytest.mark.parametrize(
    ("id", "status", "json", "ok", "words"),
    [
        ("github", 202, None, True, "GitHub has agreed to revoke it, for good."),
        ("github", 403, {"message": "no"}, False, "did not revoke it (“no”). The token may still work."),
        ("github", 422, {"message": "no"}, False, "did not revoke it (“no”). The token may still work."),
        ("github", 429, None, None, "too many requests; try again later. The token may still work."),
        ("gitlab", 204, None, True, "GitLab has revoked it, for good."),
        ("gitlab", 400, None, False, "did not revoke it (it answered 400). The token may still work."),
        ("gitlab", 401, None, False, "There was nothing to revoke: GitLab does not accept it."),
        ("gitlab", 502, None, None, "answered 502. The token may still work."),
        ("gitlab", 302, None, None, "did not follow. The token may still work."),
        ("slack", 200, {"ok": True, "revoked": True}, True, "Slack has revoked it, for good."),
        ("slack", 200, {"ok": True, "revoked": False}, False, "may still work"),
        ("slack", 200, {"ok": False, "error": "invalid_auth"}, False, "nothing to revoke: Slack does not"),
        ("slack", 200, {"ok": False, "error": "token_revoked"}, False, "The token has been revoked."),
        ("slack", 200, {"ok": False, "error": "not_allowed"}, False, "“not_allowed”). The token may still"),
        ("slack", 200, {"ok": False, "error": "ratelimited"}, None, "The token may still work."),
        ("slack", 200, None, None, "answer with JSON. The token may still work."),
    ],
)
def test_what_became_of_a_revocation(id: str, status: int, json: Any, ok: bool | None, words: str) -> None:
    verdict = read_revoke(built_in(id), status, (), json)
    assert verdict.ok is ok and words in verdict.sentence


def test_a_page_is_no_word_of_the_service() -> None:
    page = (("Content-Type", "text/html; charset=utf-8"),)
    assert read_revoke(built_in("gitlab"), 200, page, None).ok is None
    assert read_check(built_in("sentry"), 200, page, None).ok is None
    assert read_check(built_in("datadog"), 403, page, None).ok is None
    assert read_check(built_in("jira"), 401, page, None).ok is False
    empty = (*page, ("Content-Length", "0"))
    assert read_check(built_in("sentry"), 200, empty, None).ok is True


@pytest.mark.parametrize(
    ("id", "header", "way"),
    [
        ("gitlab", "private-token", "private-token"),
        ("gitlab", "Authorization", ""),
        ("datadog", "dd_api_key", "underscores"),
        ("datadog", "DD-API-KEY", ""),
        ("exa", "X-Api-Key", "x-api-key"),
        ("exa", "X-Token", None),
    ],
)
def test_a_header_tells_which_of_a_services_ways_is_meant(id: str, header: str, way: str | None) -> None:
    assert variant_with(built_in(id), header) == way


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1796117400, 1796117400.0),
        (1796117400000, 1796117400.0),
        ("1796117400", 1796117400.0),
        ("2026-12-01", at(2026, 12, 1)),
        ("2026-12-01T09:30:00Z", at(2026, 12, 1, 9, 30)),
        ("2026-12-01T09:30:00.500+01:00", at(2026, 12, 1, 8, 30) + 0.5),
        ("2026-12-01 09:30:00 UTC", at(2026, 12, 1, 9, 30)),
        ("Tue, 01 Dec 2026 09:30:00 GMT", at(2026, 12, 1, 9, 30)),
        ("never", None),
        ("", None),
        (None, None),
        (True, None),
        (-1, None),
        (float("inf"), None),
        (float("nan"), None),
        ("9" * 60, None),
        ("2026-99-99", None),
        ([], None),
        ("x" * 1000, None),
    ],
)
def test_moments(value: Any, moment: float | None) -> None:
    assert moment_of(value) == moment
