"""Looks, headers, requests, and what the services' replies mean."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.service import Service, variant_with
from keyrack.domain.service.headers import headers_for
from keyrack.domain.service.token_format import format_hint
from keyrack.services.calls import check_call, may_send, revoke_call
from keyrack.services.extract import moment_of
from keyrack.services.load import built_in, built_in_ids, service_for
from keyrack.services.replies import read_check, read_revoke


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[misc]


def service(url_or_id: str) -> Service:
    if "://" not in url_or_id:
        return built_in(url_or_id)
    found = service_for(url_or_id)
    assert found is not None
    return found


def secrets(**fields: str) -> dict[str, Secret]:
    return {key: Secret(value) for key, value in fields.items()}


def shown(headers: Any) -> dict[str, str]:
    return {name: value.reveal() for name, value in headers.items()}


INGEST = "This is an ingest key; MCP needs a management key."

# --- looks ---------------------------------------------------------------------------------------


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


# --- headers -------------------------------------------------------------------------------------


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


# --- requests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "fields", "method", "target", "headers"),
    [
        (
            "https://api.githubcopilot.com/mcp/",
            {"token": "T"},
            "GET",
            "https://api.github.com/user",
            {"Authorization": "Bearer T", "Accept": "application/vnd.github+json"},
        ),
        (
            "https://gitlab.com/api/v4/mcp",
            {"token": "T"},
            "GET",
            "https://gitlab.com/api/v4/personal_access_tokens/self",
            {"PRIVATE-TOKEN": "T"},
        ),
        (
            "https://mcp.linear.app/mcp",
            {"token": "T"},
            "POST",
            "https://api.linear.app/graphql",
            {"Authorization": "T"},
        ),
        (
            "https://mcp.notion.com/mcp",
            {"token": "T"},
            "GET",
            "https://api.notion.com/v1/users/me",
            {"Authorization": "Bearer T", "Notion-Version": "2022-06-28"},
        ),
        (
            "https://mcp.slack.com/mcp",
            {"token": "T"},
            "POST",
            "https://slack.com/api/auth.test",
            {"Authorization": "Bearer T"},
        ),
        (
            "https://mcp.grafana.com/mcp",
            {"token": "T", "site": "https://Acme.grafana.net/"},
            "GET",
            "https://acme.grafana.net/api/access-control/user/permissions",
            {"Authorization": "Bearer T"},
        ),
        (
            "https://mcp.atlassian.com/v1/mcp",
            {"email": "e", "token": "T", "site": "acme.atlassian.net"},
            "GET",
            "https://acme.atlassian.net/rest/api/3/myself",
            {"Authorization": "Basic ZTpU"},
        ),
        (
            "https://bindings.mcp.cloudflare.com/mcp",
            {"token": "T"},
            "GET",
            "https://api.cloudflare.com/client/v4/user/tokens/verify",
            {"Authorization": "Bearer T"},
        ),
        (
            "https://mcp.datadoghq.eu/mcp",
            {"api_key": "A", "app_key": "B"},
            "GET",
            "https://api.datadoghq.eu/api/v1/validate",
            {"DD-API-KEY": "A"},
        ),
        (
            "https://mcp.pagerduty.com/mcp",
            {"token": "T"},
            "GET",
            "https://api.pagerduty.com/users/me",
            {"Authorization": "Token token=T", "Accept": "application/json"},
        ),
        (
            "https://mcp.honeycomb.io/mcp",
            {"key_id": "I", "secret": "S"},
            "GET",
            "https://api.honeycomb.io/2/auth",
            {"Authorization": "Bearer I:S"},
        ),
        (
            "https://mcp.sentry.dev/mcp",
            {"token": "T"},
            "GET",
            "https://sentry.io/api/0/auth/validate/",
            {"Authorization": "Bearer T"},
        ),
        (
            "https://mcp.figma.com/mcp",
            {"token": "T"},
            "GET",
            "https://api.figma.com/v1/me",
            {"X-Figma-Token": "T"},
        ),
        (
            "https://mcp.eu.postman.com/mcp",
            {"token": "T"},
            "GET",
            "https://api.eu.postman.com/me",
            {"X-API-Key": "T"},
        ),
    ],
)
def test_the_check_is_asked_as_the_service_documents(
    url: str, fields: dict[str, str], method: str, target: str, headers: dict[str, str]
) -> None:
    found = service(url)
    call = check_call(found, secrets(**fields))
    assert call is not None
    assert (call.method, call.url, shown(call.headers)) == (method, target, headers)
    assert may_send(found, call.url)


def test_there_is_no_check_without_a_site_or_for_a_kind_that_it_would_refuse() -> None:
    assert check_call(service("https://mcp.grafana.com/mcp"), secrets(token="T")) is None
    assert check_call(service("https://mcp.exa.ai/mcp"), secrets(token="T")) is None
    assert check_call(service("https://mcp.cloudflare.com/mcp"), secrets(token="cfat_abc")) is None


@pytest.mark.parametrize(
    "site",
    [
        "evil.example",
        "evil.example/.grafana.net",
        "evil.example#.grafana.net",
        "evil.example?.grafana.net",
        "a@evil.example",
        "evil.example\\.grafana.net",
        "grafana.net",
        "xgrafana.net",
        "a b.grafana.net",
        "/",
    ],
)
def test_a_site_of_someone_else_gets_no_token(site: str) -> None:
    with pytest.raises(KeyrackError, match="not a site of Grafana"):
        check_call(service("https://mcp.grafana.com/mcp"), secrets(token="T", site=site))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.githubcopilot.com/mcp/", True),
        ("https://api.github.com/credentials/revoke", True),
        ("http://api.github.com/user", False),
        ("https://github.com/user", False),
        ("https://api.github.com.evil.example/user", False),
        ("https://evil.example/api.github.com", False),
        ("https://user@api.github.com/", False),
        ("nonsense", False),
    ],
)
def test_a_token_goes_only_to_hosts_that_its_service_names(url: str, allowed: bool) -> None:
    assert may_send(service("https://api.githubcopilot.com/mcp/"), url) is allowed


def test_a_region_is_not_another_region() -> None:
    assert not may_send(service("https://mcp.eu1.honeycomb.io/mcp"), "https://api.honeycomb.io/2/auth")


@pytest.mark.parametrize(
    ("url", "method", "target", "headers"),
    [
        ("https://api.githubcopilot.com/mcp/", "POST", "https://api.github.com/credentials/revoke", {}),
        (
            "https://gitlab.com/api/v4/mcp",
            "DELETE",
            "https://gitlab.com/api/v4/personal_access_tokens/self",
            {"PRIVATE-TOKEN": "T"},
        ),
        (
            "https://mcp.slack.com/mcp",
            "POST",
            "https://slack.com/api/auth.revoke",
            {"Authorization": "Bearer T"},
        ),
    ],
)
def test_the_three_that_revoke_by_api(url: str, method: str, target: str, headers: dict[str, str]) -> None:
    found = service(url)
    call = revoke_call(found, secrets(token="T"))
    assert call is not None and found.revoke is not None and found.revoke.irreversible
    assert (call.method, call.url, shown(call.headers)) == (method, target, headers)


def test_github_gets_the_token_to_revoke_as_a_secret_in_a_list() -> None:
    call = revoke_call(built_in("github"), secrets(token="T"))
    assert call is not None and call.json == {"credentials": [Secret("T")]}
    assert "T" not in repr(call.json["credentials"])


def test_the_others_are_revoked_on_their_page() -> None:
    assert {id for id in built_in_ids() if built_in(id).revoke} == {"github", "gitlab", "slack"}
    assert revoke_call(built_in("linear"), secrets(token="T")) is None


# --- replies -------------------------------------------------------------------------------------

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
