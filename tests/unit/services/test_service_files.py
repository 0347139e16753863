"""The services' files, and which server belongs to which service."""

from __future__ import annotations

import os
import re
import tomllib

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.service import Service, host_matches
from keyrack.domain.service.template import fill, names_in
from keyrack.services.load import DATA, INDEX, built_in, built_in_ids, service_for, user_services
from keyrack.services.parse import service_of

GOOD = 'id = "acme"\nname = "Acme"\nhosts = ["mcp.acme.example"]\nauth = ["oauth"]\n'


def user_dir(tmp_path, **files: str) -> str:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.parametrize("id", built_in_ids())
def test_every_service_fits_the_schema(id: str) -> None:
    service = built_in(id)
    assert service.id == id
    assert service.confidence in ("H", "M", "L")
    assert re.fullmatch(r"20\d\d-\d\d", service.verified)
    for region in service.regions:
        assert region.host in service.hosts
    for field in service.fields:
        assert re.fullmatch(r"[a-z_]+", field.key)
    for template in service.check.account if service.check else ():
        names = dict.fromkeys(names_in(template), "x")
        assert names and "{" not in fill(template, names)
    for sentence in [kind.sentence for kind in service.wrong_kinds]:
        assert sentence.endswith(".")
    for place in [service.check and service.check.url, service.revoke and service.revoke.url]:
        assert place is None or place.startswith("https://")


def test_the_index_agrees_with_the_services() -> None:
    with open(os.path.join(DATA, INDEX), "rb") as file:
        index = tomllib.load(file)["hosts"]
    assert index == {pattern: id for id in built_in_ids() for pattern in built_in(id).hosts}


def test_no_host_belongs_to_two_services() -> None:
    hosts = [pattern for id in built_in_ids() for pattern in built_in(id).hosts]
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://api.githubcopilot.com/mcp/", "github"),
        ("https://API.GitHubCopilot.com:443/mcp/", "github"),
        ("https://gitlab.com/api/v4/mcp", "gitlab"),
        ("https://mcp.linear.app/mcp", "linear"),
        ("https://mcp.notion.com/mcp", "notion"),
        ("https://mcp.slack.com/mcp", "slack"),
        ("https://mcp.grafana.com/mcp", "grafana"),
        ("https://acme.grafana.net/mcp", "grafana"),
        ("https://mcp.atlassian.com/v1/mcp/authv2", "jira"),
        ("https://acme.atlassian.net/mcp", "jira"),
        ("https://docs.mcp.cloudflare.com/mcp", "cloudflare"),
        ("https://mcp.us5.datadoghq.com/api/unstable/mcp-server/mcp", "datadog"),
        ("https://mcp.eu.pagerduty.com/mcp", "pagerduty"),
        ("https://mcp.eu1.honeycomb.io/mcp", "honeycomb"),
        ("https://mcp.sentry.dev/mcp/acme", "sentry"),
        ("https://mcp.stripe.com", "stripe"),
        ("https://huggingface.co/mcp", "huggingface"),
        ("https://api.dashboard.plaid.com/mcp/", "plaid"),
        ("https://mcp.squareup.com/sse", "square"),
    ],
)
def test_a_server_finds_its_service_by_host(url: str, id: str) -> None:
    service = service_for(url)
    assert service is not None and service.id == id


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?x=github",
        "https://evil.example/mcp.linear.app",
        "https://evil.example/#mcp.linear.app",
        "https://github.com.evil.example/",
        "https://api.githubcopilot.com.evil.example/mcp",
        "https://api.githubcopilot.com@evil.example/mcp",
        "https://evilatlassian.net/mcp",
        "https://atlassian.net.evil.example/mcp",
        "https://xmcp.cloudflare.com/mcp",
        "https://notmcp.linear.app/mcp",
        "https://linear.app/mcp",
        "https://grafana.example.org/mcp",
        "https://gitlab.example.org/api/v4/mcp",
        "https://sub.gitlab.com/api/v4/mcp",
        "https://mcp.unknown.datadoghq.com/mcp",
        "https://",
        "mcp.linear.app",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_name_elsewhere_in_the_url_matches_nothing(url: str) -> None:
    assert service_for(url) is None


def test_a_suffix_is_a_name_below_and_not_the_name_itself() -> None:
    assert host_matches("a.example.org", ".example.org")
    assert not host_matches("example.org", ".example.org")
    assert not host_matches("badexample.org", ".example.org")
    assert not host_matches("a.example.org", "example.org")


def test_only_the_matching_service_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyrack.services.load as load

    parsed: list[str] = []
    monkeypatch.setattr(
        load, "built_in", lambda id: parsed.append(id) or service_of(load._built_in_table(id))
    )
    service_for("https://mcp.linear.app/mcp")
    assert parsed == ["linear"]


@pytest.mark.parametrize(
    ("url", "check", "page"),
    [
        (
            "https://mcp.datadoghq.com/mcp",
            "https://api.datadoghq.com/api/v1/validate",
            "https://app.datadoghq.com/organization-settings/api-keys",
        ),
        (
            "https://mcp.datadoghq.eu/mcp",
            "https://api.datadoghq.eu/api/v1/validate",
            "https://app.datadoghq.eu/organization-settings/api-keys",
        ),
        (
            "https://mcp.us3.datadoghq.com/mcp",
            "https://api.us3.datadoghq.com/api/v1/validate",
            "https://us3.datadoghq.com/organization-settings/api-keys",
        ),
        (
            "https://mcp.honeycomb.io/mcp",
            "https://api.honeycomb.io/2/auth",
            "https://ui.honeycomb.io/account",
        ),
        (
            "https://mcp.eu1.honeycomb.io/mcp",
            "https://api.eu1.honeycomb.io/2/auth",
            "https://ui.eu1.honeycomb.io/account",
        ),
        ("https://mcp.eu.pagerduty.com/mcp", "https://api.eu.pagerduty.com/users/me", ""),
        (
            "https://gitlab.com/api/v4/mcp",
            "https://gitlab.com/api/v4/personal_access_tokens/self",
            "https://gitlab.com/-/user_settings/personal_access_tokens",
        ),
        (
            "https://acme.grafana.net/mcp",
            "https://acme.grafana.net/api/access-control/user/permissions",
            "https://acme.grafana.net/org/serviceaccounts",
        ),
        (
            "https://acme.atlassian.net/mcp",
            "https://acme.atlassian.net/rest/api/3/myself",
            "https://id.atlassian.com/manage-profile/security/api-tokens",
        ),
    ],
)
def test_region_and_instance_follow_the_server(url: str, check: str, page: str) -> None:
    service = service_for(url)
    assert service is not None and service.check is not None
    assert (service.check.url, service.page) == (check, page)


def test_a_site_is_asked_for_only_where_the_host_does_not_tell_it() -> None:
    asked, told = service_for("https://mcp.grafana.com/mcp"), service_for("https://acme.grafana.net/mcp")
    assert asked is not None and told is not None
    assert [field.key for field in asked.fields] == ["token", "site"]
    assert [field.key for field in told.fields] == ["token"]
    assert asked.page == ""  # nothing to open as long as the instance is unknown


def test_a_form_shows_the_first_header() -> None:
    service = built_in("sentry")
    assert (service.header, service.template) == ("Authorization", "Sentry-Bearer {token}")
    assert service_of(tomllib.loads(GOOD)).template == "Bearer {token}"


def test_oauth_only_servers_say_that_they_take_no_token() -> None:
    assert not built_in("notion").takes_token
    assert not built_in("figma").takes_token
    assert not built_in("clickup").takes_token
    assert built_in("github").takes_token


def test_a_user_adds_a_service(tmp_path) -> None:
    service = service_for("https://mcp.acme.example/mcp", user_dir(tmp_path, acme=GOOD))
    assert service is not None and service.name == "Acme" and service.path.endswith("acme.toml")


def test_a_user_gives_a_self_hosted_gitlab_its_service(tmp_path) -> None:
    text = 'extends = "gitlab"\nname = "GitLab at work"\nhosts = ["git.acme.example"]\n'
    extra = user_dir(tmp_path, work=text)
    service = service_for("https://git.acme.example:8443/api/v4/mcp", extra)
    assert service is not None and service.check is not None and service.revoke is not None
    assert service.name == "GitLab at work" and service.prefixes == ("glpat-",)
    assert service.check.url == "https://git.acme.example:8443/api/v4/personal_access_tokens/self"
    assert service.revoke.url == service.check.url
    theirs = service_for("https://gitlab.com/api/v4/mcp", extra)
    assert theirs is not None and theirs.name == "GitLab"


def test_a_user_overrides_a_service_of_ours(tmp_path) -> None:
    text = 'extends = "linear"\nname = "Our Linear"\nheaders = { X-Key = "{token}" }\n'
    extra = user_dir(tmp_path, linear=text)
    service = service_for("https://mcp.linear.app/mcp", extra)
    assert service is not None and (service.name, service.header) == ("Our Linear", "X-Key")
    assert service.token_name == "API Key"


def test_an_exact_host_goes_before_a_suffix(tmp_path) -> None:
    wide = GOOD.replace("mcp.acme.example", ".acme.example").replace("Acme", "Wide")
    extra = user_dir(tmp_path, a=wide, b=GOOD)
    exact, other = (
        service_for("https://mcp.acme.example/", extra),
        service_for("https://x.acme.example/", extra),
    )
    assert exact is not None and exact.name == "Acme"
    assert other is not None and other.name == "Wide"


def test_a_folder_that_is_not_there_holds_no_services(tmp_path) -> None:
    assert user_services(str(tmp_path / "none")) == ((), ())
    assert service_for("https://mcp.linear.app/mcp", str(tmp_path / "none")) is not None


TOKEN = GOOD.replace('"oauth"', '"token"') + 'headers = { Authorization = "Bearer {token}" }\n'
CHECK = '[check]\nurl = "https://acme.example/me"\n'
FIELD = '[[fields]]\nkey = "token"\nlabel = "Token"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = ", "not TOML"),
        ("\x00", "not TOML"),
        ('name = "x"\n', "“id” is missing"),
        (GOOD.replace('"Acme"', "7"), "“name” must be text"),
        (GOOD.replace('["mcp.acme.example"]', '"mcp.acme.example"'), "“hosts” must be a list"),
        (GOOD.replace('["mcp.acme.example"]', "[]"), "“hosts” is empty"),
        (GOOD.replace('["mcp.acme.example"]', "[1]"), "“hosts” must be a list of text"),
        (GOOD.replace("mcp.acme.example", "https://mcp.acme.example"), "is not a host"),
        (GOOD.replace("mcp.acme.example", "*.acme.example"), "is not a host"),
        (GOOD.replace("mcp.acme.example", ".com"), "too broad"),
        (GOOD.replace('"acme"', '"Acme!"'), "“id” must be"),
        (GOOD.replace('"oauth"', '"magic"'), "not a kind of authentication"),
        (GOOD + "colour = 3\n", "“colour” is not a known key"),
        (GOOD + 'page = "http://acme.example/"\n', "must be https"),
        (GOOD + 'page = "javascript:alert(1)"\n', "not a URL"),
        (GOOD + 'verified = "yesterday"\n', "“verified”"),
        (GOOD + 'confidence = "sure"\n', "“confidence”"),
        (GOOD.replace('"oauth"', '"token"'), "needs “fields” and “headers”"),
        (TOKEN.replace("{token}", "{key}") + FIELD, "{key}, which is not a field"),
        (TOKEN + FIELD + FIELD, "the same key"),
        (TOKEN.replace("Authorization", '"Bad Name"') + FIELD, "not the name of a header"),
        (TOKEN + FIELD + '[check]\nurl = "https://acme.example/?t={token}"\n', "{site} and nothing else"),
        (TOKEN + FIELD + '[check]\nurl = "http://acme.example/me"\n', "must be https"),
        (TOKEN + FIELD + '[check]\nmethod = "get it"\nurl = "https://acme.example/me"\n', "capitals"),
        (TOKEN + FIELD + CHECK + '[check.says]\nno = "x"\n', "status codes"),
        (TOKEN + FIELD + CHECK + "[check.expires]\n", "a header or a JSON path"),
        (TOKEN + FIELD + '[[wrong_kinds]]\nsentence = "x"\n', "a prefix or a pattern"),
        (TOKEN + FIELD + '[[wrong_kinds]]\nsentence = "x"\npattern = "("\n', "not a regular expression"),
        ('extends = "nobody"\n' + GOOD, "“extends” names no service"),
        ('extends = "../index"\n' + GOOD, "“extends” names no service"),
        ("extends = [1]\n" + GOOD, "“extends” names no service"),
    ],
)
def test_a_broken_user_service_is_told_by_its_file_and_the_others_stand(
    tmp_path, text: str, words: str
) -> None:
    extra = user_dir(tmp_path, broken=text, whole=GOOD)
    services, problems = user_services(extra)
    assert [service.id for service in services] == ["acme"]
    assert len(problems) == 1 and isinstance(problems[0], KeyrackError)
    assert os.path.join(extra, "broken.toml") in str(problems[0]) and words in str(problems[0])
    for url in ("https://mcp.acme.example/", "https://mcp.linear.app/mcp"):
        assert service_for(url, extra) is not None


def test_a_service_that_is_a_folder_or_bytes_is_a_problem(tmp_path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("not a service")
    services, problems = user_services(str(tmp_path))
    assert services == () and len(problems) == 2


def test_a_service_on_this_machine_may_use_http(tmp_path) -> None:
    text = TOKEN.replace("mcp.acme.example", "127.0.0.1") + FIELD + '[check]\nurl = "http://127.0.0.1:9/me"\n'
    service = service_for("http://127.0.0.1:9/mcp", user_dir(tmp_path, local=text))
    assert isinstance(service, Service)
