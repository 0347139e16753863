"""Each service's own check of a token, with real host names over real TLS that never leave loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from keyrack.domain.secret import MASK, Secret
from keyrack.domain.service import Service as KnownService
from keyrack.domain.service import ServiceAnswer
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.service import ask_service
from keyrack.services.load import built_in, built_in_ids, service_for
from support.services import DOWN, EVIL, PAGE, SERVICES, Service, Vendors, hosts
from support.services_net import Answer, Internet, internet
from support.workbench import build

EACH = pytest.mark.parametrize("id", SERVICES)


@pytest.fixture
def vendors() -> Vendors:
    return Vendors()


@pytest.fixture
def net(vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    with internet(hosts(), vendors, monkeypatch, tmp_path) as net:
        yield net


def service_of(row: Service) -> KnownService:
    service = service_for(row.server)
    assert service is not None and service.id == row.id
    return service


def ask(net: Internet, row: Service, fields: dict[str, Secret] | None = None) -> ServiceAnswer:
    verdict = ask_service(adapters(net), service_of(row), fields or row.secrets)
    assert verdict is not None
    return verdict


def adapters(net: Internet) -> Adapters:
    return build()._replace(http_client=net.http_client)


def test_every_service_with_a_check_has_a_stand_in() -> None:
    assert {id for id in built_in_ids() if built_in(id).check} == set(SERVICES)


@EACH
def test_a_good_token_is_told_with_its_account_scopes_and_expiry(id: str, net: Internet) -> None:
    row = SERVICES[id]
    verdict = ask(net, row)
    assert verdict.ok is True, verdict.sentence
    assert (verdict.account, verdict.scopes) == (row.account, row.scopes)
    expires = None if row.expires is None else datetime.fromisoformat(row.expires).timestamp()
    assert verdict.expires_at == expires


@EACH
def test_the_request_is_the_documented_one_byte_for_byte(id: str, net: Internet) -> None:
    row = SERVICES[id]
    ask(net, row)
    [asked] = net.asked
    assert (asked.method, asked.url, asked.json) == (row.method, row.check, row.body)
    assert asked.own_headers == dict(row.asked)
    assert net.dialled == [asked.host]


@EACH
def test_a_refused_token_is_a_no_that_does_not_repeat_it(id: str, net: Internet) -> None:
    row = SERVICES[id]
    verdict = ask(net, row, row.wrong)
    assert verdict.ok is False
    assert verdict.sentence.startswith(("The ", service_of(row).name)) and verdict.sentence.endswith(".")
    assert not any(secret.reveal() in verdict.sentence for secret in row.wrong.values())


@EACH
def test_too_many_requests_say_nothing_of_the_token(id: str, net: Internet, vendors: Vendors) -> None:
    row = SERVICES[id]
    vendors.moods[row.check] = row.limited
    verdict = ask(net, row)
    assert verdict.ok is None and "too many requests" in verdict.sentence


@EACH
@pytest.mark.parametrize("answer", [DOWN, Answer(500, {"message": "oops"}), Answer(502)])
def test_a_service_out_of_order_says_nothing_of_the_token(
    id: str, answer: Answer, net: Internet, vendors: Vendors
) -> None:
    row = SERVICES[id]
    vendors.moods[row.check] = answer
    verdict = ask(net, row)
    assert verdict.ok is None and str(answer.status) in verdict.sentence


@EACH
def test_a_page_in_the_place_of_json_says_nothing_of_the_token(
    id: str, net: Internet, vendors: Vendors
) -> None:
    row = SERVICES[id]
    vendors.moods[row.check] = PAGE
    verdict = ask(net, row)
    assert verdict.ok is None and "did not answer with JSON" in verdict.sentence


@EACH
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_is_not_sent_after_a_redirect_to_another_host(
    id: str, status: int, net: Internet, vendors: Vendors
) -> None:
    row = SERVICES[id]
    vendors.moods[row.check] = Answer(status, None, {"Location": f"https://{EVIL}/"})
    verdict = ask(net, row)
    assert verdict.ok is None
    assert len(net.asked) == 1 and net.dialled == [net.asked[0].host]


@pytest.mark.parametrize(
    "location",
    [
        f"https://{EVIL}/user",
        f"//{EVIL}/user",
        "https://api.github.com.collector.example/user",
        f"https://api.github.com@{EVIL}/user",
        "http://api.github.com/user",
        "https://api.github.com:8443/user",
        "https://gitlab.com/api/v4/user",
        "https://api.githubcopilot.com/mcp/",
        "javascript:alert(1)",
        "https://[::1]/",
    ],
)
def test_no_disguise_of_a_redirect_gets_the_token(location: str, net: Internet, vendors: Vendors) -> None:
    vendors.moods[SERVICES["github"].check] = Answer(302, None, {"Location": location})
    assert ask(net, SERVICES["github"]).ok is None
    assert net.dialled == ["api.github.com"] and len(net.asked) == 1


def test_a_redirect_within_the_service_is_followed(net: Internet, vendors: Vendors) -> None:
    row = SERVICES["neon"]
    vendors.moods[row.check] = Answer(307, None, {"Location": "/api/v2/elsewhere"})
    vendors.moods["https://console.neon.tech/api/v2/elsewhere"] = row.good
    assert ask(net, row).ok is True
    assert [asked.path for asked in net.asked] == ["/api/v2/users/me", "/api/v2/elsewhere"]


def test_a_service_that_can_not_be_reached_is_told_so(net: Internet) -> None:
    del net.addresses["api.github.com"]
    verdict = ask(net, SERVICES["github"])
    assert verdict.ok is None and verdict.sentence.startswith("GitHub could not be asked: ")


def test_a_certificate_for_another_name_gets_no_token(net: Internet) -> None:
    net.addresses["stranger.grafana.net"] = net.addresses["acme.grafana.net"]
    fields = {**SERVICES["grafana"].secrets, "site": Secret("stranger.grafana.net")}
    verdict = ask(net, SERVICES["grafana"], fields)
    assert verdict.ok is None and "is for another host" in verdict.sentence and not net.asked


@pytest.mark.parametrize(
    ("id", "status", "field"),
    [("github", 401, "message"), ("github", 200, "login"), ("slack", 200, "error"), ("gitlab", 200, "name")],
)
def test_a_service_that_repeats_the_token_does_not_get_it_on_the_screen(
    id: str, status: int, field: str, net: Internet, vendors: Vendors
) -> None:
    row = SERVICES[id]
    secret = row.wrong["token"].reveal()
    said = "of many words " * 5 + f"it was {secret}"  # where a sentence is cut, too
    body = {"active": True, "ok": False, "scopes": [secret, "api"], field: said}
    vendors.moods[row.check] = Answer(status, body, {"X-OAuth-Scopes": f"repo,{secret}"})
    told = str(ask(net, row, row.wrong))
    assert secret[:20] not in told and f"it was {MASK}" in told


@pytest.mark.parametrize("depth", [300, 700, 5_000])
def test_a_reply_that_is_nested_without_end_says_nothing(depth: int, net: Internet, vendors: Vendors) -> None:
    row = SERVICES["gitlab"]
    vendors.moods[row.check] = Answer(200, b'{"a":' * depth + b"1" + b"}" * depth)
    assert ask(net, row).ok is None


def test_without_an_e_mail_address_jira_gets_a_service_accounts_bearer(net: Internet) -> None:
    row = SERVICES["jira"]
    ask(net, row, {key: row.secrets[key] for key in ("token", "site")})
    assert net.asked[0].own_headers == {"authorization": f"Bearer {row.typed['token']}"}


def test_a_honeycomb_key_that_was_switched_off_is_refused(net: Internet, vendors: Vendors) -> None:
    row = SERVICES["honeycomb"]
    attributes = {"name": "racks", "disabled": True}
    vendors.moods[row.check] = Answer(200, {"data": {"id": "hcamk_01", "attributes": attributes}})
    assert ask(net, row).ok is False
