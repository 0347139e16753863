"""The requests that check and revoke a token, and the hosts that may receive it."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.service import Service
from keyrack.services.calls import check_call, may_send, revoke_call
from keyrack.services.load import built_in, built_in_ids, service_for


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
