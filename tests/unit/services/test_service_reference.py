"""Facts about each service, checked against keyrack's data: one row per service."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from keyrack.domain.secret import Secret
from keyrack.domain.service import Service
from keyrack.domain.service.headers import headers_for
from keyrack.domain.service.token_format import format_hint
from keyrack.services.calls import check_call, revoke_call
from keyrack.services.load import built_in, built_in_ids, service_for


class Row(NamedTuple):
    """A service that was researched in full: what a person needs to make, send and check its token."""

    url: str
    display_name: str
    page: str
    how: tuple[str, ...]  # words that the steps must contain
    sent: dict[str, str]  # the headers of a credential whose fields are their own names in capitals
    check: str
    right: tuple[str, ...] = ()  # beginnings of good tokens
    wrong: tuple[str, ...] = ()  # beginnings of those of another kind
    auth: str = "oauth"  # what to try first
    confidence: str = "H"
    field: str = ""  # the one that `right` and `wrong` are typed into; "": the main one


BEARER = {"Authorization": "Bearer TOKEN"}
TWELVE = {
    "honeycomb": Row(
        "https://mcp.honeycomb.io/mcp", "API Key", "https://ui.honeycomb.io/account",
        ("Account", "API Keys"), {"Authorization": "Bearer KEY_ID:SECRET"},
        "GET https://api.honeycomb.io/2/auth", right=("hcamk_",), wrong=("hcaik_",), field="key_id"),
    "github": Row(
        "https://api.githubcopilot.com/mcp/", "Personal Access Token",
        "https://github.com/settings/personal-access-tokens/new",
        ("Settings", "Developer settings", "Personal access tokens"), BEARER, "GET https://api.github.com/user",
        right=("ghp_", "gho_", "ghu_", "ghs_", "github_pat_"), wrong=("ghr_",), auth="own-app"),
    "sentry": Row(
        "https://mcp.sentry.dev/mcp", "Auth Token", "https://sentry.io/settings/account/api/auth-tokens/",
        ("Settings", "Account", "API", "Auth Tokens"), {"Authorization": "Sentry-Bearer TOKEN"},
        "GET https://sentry.io/api/0/auth/validate/", right=("sntryu_",), wrong=("sntrys_",)),
    "linear": Row(
        "https://mcp.linear.app/mcp", "API Key", "https://linear.app/settings/account/security/api-keys/new",
        ("Settings", "API", "Personal API Keys"), BEARER, "POST https://api.linear.app/graphql",
        right=("lin_api_",)),
    "notion": Row(
        "https://mcp.notion.com/mcp", "Integration Token", "https://www.notion.so/profile/integrations",
        ("My Integrations", "Create"), BEARER, "GET https://api.notion.com/v1/users/me"),
    "slack": Row(
        "https://mcp.slack.com/mcp", "Bot/User Token", "https://api.slack.com/apps",
        ("Your app", "OAuth & Permissions"), BEARER, "POST https://slack.com/api/auth.test",
        right=("xoxp-", "xoxb-"), auth="own-app"),
    "grafana": Row(
        "https://acme.grafana.net/mcp", "Service Account Token", "https://acme.grafana.net/org/serviceaccounts",
        ("Administration", "Service Accounts"), BEARER,
        "GET https://acme.grafana.net/api/access-control/user/permissions", right=("glsa_",)),
    "gitlab": Row(
        "https://gitlab.com/api/v4/mcp", "Access Token",
        "https://gitlab.com/-/user_settings/personal_access_tokens", ("User Settings", "Access Tokens"),
        BEARER, "GET https://gitlab.com/api/v4/personal_access_tokens/self", right=("glpat-",)),
    "jira": Row(
        "https://acme.atlassian.net/mcp", "API Token",
        "https://id.atlassian.com/manage-profile/security/api-tokens",
        ("Manage profile", "Security", "API tokens"), {"Authorization": "Basic RU1BSUw6VE9LRU4="},
        "GET https://acme.atlassian.net/rest/api/3/myself", right=("ATATT",)),
    "cloudflare": Row(
        "https://docs.mcp.cloudflare.com/mcp", "API Token", "https://dash.cloudflare.com/profile/api-tokens",
        ("Profile", "API Tokens"), BEARER, "GET https://api.cloudflare.com/client/v4/user/tokens/verify",
        wrong=("cfk_",)),
    "datadog": Row(
        "https://mcp.datadoghq.com/mcp", "API Key + Application Key",
        "https://app.datadoghq.com/organization-settings/api-keys", ("Organization Settings", "API Keys"),
        {"DD-API-KEY": "API_KEY", "DD-APPLICATION-KEY": "APP_KEY"},
        "GET https://api.datadoghq.com/api/v1/validate", confidence="M"),
    "pagerduty": Row(
        "https://mcp.pagerduty.com/mcp", "API Key", "", ("My Profile", "User Settings", "API Access"),
        {"Authorization": "Token token=TOKEN"}, "GET https://api.pagerduty.com/users/me", auth="token"),
}  # fmt: skip
EACH = pytest.mark.parametrize("id", TWELVE)


def service_of(id: str) -> Service:
    service = service_for(TWELVE[id].url)
    assert service is not None and service.id == id
    return service


def fields(service: Service) -> dict[str, Secret]:
    """Every field with its own name for a value."""
    return {field.key: Secret(field.key.upper()) for field in service.fields if field.key != "site"}


@EACH
def test_what_the_token_is_called_and_where_it_is_made(id: str) -> None:
    service, row = service_of(id), TWELVE[id]
    assert (service.token_name, service.page) == (row.display_name, row.page)
    assert [words for words in row.how if not any(words in step for step in service.steps)] == []


@EACH
def test_what_is_tried_first_and_how_sure_that_is(id: str) -> None:
    service, row = service_of(id), TWELVE[id]
    assert (service.auth[0], service.confidence) == (row.auth, row.confidence)
    assert service.takes_token is (id != "notion")


@EACH
def test_the_headers(id: str) -> None:
    service = service_of(id)
    sent = headers_for(service, fields(service))
    assert {name: value.reveal() for name, value in sent.items()} == TWELVE[id].sent


@EACH
def test_the_check(id: str) -> None:
    service = service_of(id)
    call = check_call(service, fields(service))
    assert call is not None and f"{call.method} {call.url}" == TWELVE[id].check


@EACH
def test_the_beginnings_of_tokens(id: str) -> None:
    service, row = service_of(id), TWELVE[id]
    for prefix in row.right:
        assert format_hint(service, Secret(prefix + "0aB" * 8), row.field).level == "right", prefix
    for prefix in row.wrong:
        assert format_hint(service, Secret(prefix + "0aB" * 8), row.field).level == "wrong", prefix


@pytest.mark.parametrize(
    ("id", "field", "kept"),
    [
        ("github", "scopes", "X-OAuth-Scopes"),
        ("github", "expires", "github-authentication-token-expiration"),
        ("gitlab", "scopes", "scopes"), ("gitlab", "expires", "expires_at"),
        ("cloudflare", "expires", "result.expires_on"),
    ],
)  # fmt: skip
def test_where_scopes_and_expiry_are_read(id: str, field: str, kept: str) -> None:
    check = service_of(id).check
    place = getattr(check, field)
    assert kept in (place.header, place.json)


@pytest.mark.parametrize("id", sorted(set(TWELVE) - {"github", "gitlab", "cloudflare"}))
def test_elsewhere_no_expiry_can_be_read(id: str) -> None:
    check = service_of(id).check
    assert check is not None and check.expires is None


def test_github_compares_the_expiry_with_the_date_of_the_reply() -> None:
    check = service_of("github").check
    assert check is not None and check.expires is not None and check.expires.ignore_equal == "Date"


def test_the_details_that_decide_whether_a_token_works() -> None:
    assert service_of("pagerduty").never_expires
    assert [id for id in built_in_ids() if built_in(id).never_expires] == ["pagerduty"]
    assert any("github.com/settings/tokens/new" in note for note in service_of("github").notes)
    assert any("mcp.atlassian.com/v1/mcp/authv2" in note for note in service_of("jira").notes)
    assert any("enter the date" in note for note in service_of("jira").notes)
    assert any("X-Honeycomb-Team" in note for note in service_of("honeycomb").notes)
    assert check_call(service_of("notion"), {"token": Secret("t")}).headers["Notion-Version"]  # type: ignore[union-attr]
    service_account = headers_for(service_of("jira"), {"token": Secret("TOKEN")})
    assert service_account == {"Authorization": Secret("Bearer TOKEN")}


@pytest.mark.parametrize(
    ("url", "check"),
    [
        ("https://mcp.eu1.honeycomb.io/mcp", "https://api.eu1.honeycomb.io/2/auth"),
        ("https://mcp.eu.pagerduty.com/mcp", "https://api.eu.pagerduty.com/users/me"),
        ("https://mcp.datadoghq.eu/mcp", "https://api.datadoghq.eu/api/v1/validate"),
        ("https://mcp.ap2.datadoghq.com/mcp", "https://api.ap2.datadoghq.com/api/v1/validate"),
    ],
)
def test_a_region_asks_its_own_api(url: str, check: str) -> None:
    service = service_for(url)
    assert service is not None and service.check is not None and service.check.url == check


@pytest.mark.parametrize(
    ("id", "request_"),
    [
        ("github", "POST https://api.github.com/credentials/revoke"),
        ("gitlab", "DELETE https://gitlab.com/api/v4/personal_access_tokens/self"),
        ("slack", "POST https://slack.com/api/auth.revoke"),
    ],
)
def test_the_revoke_recipes(id: str, request_: str) -> None:
    service = service_of(id)
    call = revoke_call(service, fields(service))
    assert call is not None and service.revoke is not None and service.revoke.irreversible
    assert f"{call.method} {call.url}" == request_


class Other(NamedTuple):
    """Any other service. In the headers, each field is its own name in capitals."""

    url: str
    auth: str  # what to try first
    confidence: str
    page: str = ""  # where a token is made; "": not known
    prefix: str = ""  # of a good token; "": not known
    check: str = ""  # the URL; "": there is no check
    sent: dict[str, str] = BEARER  # the headers to the MCP server; {}: it takes no token
    sent_to_check: dict[str, str] = BEARER


OTHERS = {
    "asana": Other("https://mcp.asana.com/v2/mcp", "own-app", "H",
                   check="https://app.asana.com/api/1.0/users/me", sent={}),
    "stripe": Other("https://mcp.stripe.com", "oauth", "H", "https://dashboard.stripe.com/apikeys", "rk_",
                    "https://api.stripe.com/v1/balance"),
    "vercel": Other("https://mcp.vercel.com", "allow-list", "M", "https://vercel.com/account/settings/tokens",
                    "vcp_", "https://api.vercel.com/v2/user"),
    "supabase": Other("https://mcp.supabase.com/mcp", "oauth", "H",
                      "https://supabase.com/dashboard/account/tokens", "sbp_",
                      "https://api.supabase.com/v1/projects"),
    "huggingface": Other("https://huggingface.co/mcp", "none", "H", "https://huggingface.co/settings/tokens",
                         "hf_", "https://huggingface.co/api/whoami-v2"),
    "figma": Other("https://mcp.figma.com/mcp", "allow-list", "H", prefix="figd_",
                   check="https://api.figma.com/v1/me", sent_to_check={"X-Figma-Token": "TOKEN"}),
    "neon": Other("https://mcp.neon.tech/mcp", "oauth", "H", prefix="napi_",
                  check="https://console.neon.tech/api/v2/users/me"),
    "monday": Other("https://mcp.monday.com/mcp", "oauth", "H", prefix="eyJ", check="https://api.monday.com/v2",
                    sent_to_check={"Authorization": "TOKEN"}),
    "airtable": Other("https://mcp.airtable.com/mcp", "token", "H", "https://airtable.com/create/tokens",
                      check="https://api.airtable.com/v0/meta/whoami"),
    "exa": Other("https://mcp.exa.ai/mcp", "none", "H", "https://dashboard.exa.ai/api-keys"),
    "tavily": Other("https://mcp.tavily.com/mcp", "oauth", "H", prefix="tvly-"),
    "context7": Other("https://mcp.context7.com/mcp", "none", "H", "https://context7.com/dashboard"),
    "firecrawl": Other("https://mcp.firecrawl.dev/v2/mcp", "none", "H",
                       "https://www.firecrawl.dev/app/api-keys", "fc-"),
    "postman": Other("https://mcp.postman.com/mcp", "oauth", "H", prefix="PMAK-",
                     check="https://api.getpostman.com/me", sent_to_check={"X-API-Key": "TOKEN"}),
    "zapier": Other("https://mcp.zapier.com/api/v1/connect", "oauth", "H", "https://mcp.zapier.com"),
    "intercom": Other("https://mcp.intercom.com/mcp", "oauth", "M",
                      check="https://api.intercom.io/me", sent={}),
    "box": Other("https://mcp.box.com", "own-app", "H", sent={}),
    "hubspot": Other("https://mcp.hubspot.com", "own-app", "H", sent={}),
    "clickup": Other("https://mcp.clickup.com/mcp", "allow-list", "H", sent={}),
    "ramp": Other("https://mcp.ramp.com/mcp", "allow-list", "M", sent={}),
    "square": Other("https://mcp.squareup.com/sse", "oauth", "M", sent={}),
    "paypal": Other("https://mcp.paypal.com/sse", "oauth", "M", sent={}),
    "webflow": Other("https://mcp.webflow.com/sse", "oauth", "M", sent={}),
    "plaid": Other("https://api.dashboard.plaid.com/mcp/", "client-credentials", "H", sent={}),
}  # fmt: skip


@pytest.mark.parametrize("id", OTHERS)
def test_the_others(id: str) -> None:
    row = OTHERS[id]
    service = service_for(row.url)
    assert service is not None and service.id == id
    assert (service.auth[0], service.confidence) == (row.auth, row.confidence)
    typed = {"token": Secret("TOKEN"), **fields(service)}  # some have a check, but take no token
    sent = headers_for(service, typed) if service.headers else {}
    assert {name: value.reveal() for name, value in sent.items()} == row.sent
    assert (service.check.url if service.check else "") == row.check
    if row.check:
        call = check_call(service, typed)
        assert call is not None
        assert {name: value.reveal() for name, value in call.headers.items()} == row.sent_to_check
    assert not row.page or service.page == row.page
    assert not row.prefix or row.prefix in service.prefixes


@EACH
def test_the_twelve_tell_how_to_make_and_check_a_token(id: str) -> None:
    service = service_of(id)
    assert service.token_name and service.steps and service.fields and service.headers and service.check
    assert service.page or id == "pagerduty"  # its page depends on the account's own subdomain


def test_every_service_has_its_row() -> None:
    rows, services = {*TWELVE, *OTHERS}, set(built_in_ids())
    assert services - rows == set(), "Add a row to OTHERS for each of these."
    assert rows - services == set(), "These are not in services/data."
