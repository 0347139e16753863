"""A manual token, from the user's input to what its MCP server receives, for every service with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from keyrack import Auth, cli
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey, Server, Source, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.set_token import TokenSaved, Typed, set_token
from support.services import (
    ATATT,
    DATE,
    DD_APP,
    DOWN,
    GITHUB,
    HC_ID,
    HC_SECRET,
    NOW,
    PAGER,
    SERVICES,
    SNTRYU,
    Service,
    Vendors,
    hosts,
)
from support.services_net import Answer, Internet, internet
from support.workbench import build

DAY = 86400.0
TAKES_A_TOKEN = [id for id, row in SERVICES.items() if row.sent]
EACH = pytest.mark.parametrize("id", TAKES_A_TOKEN)


@pytest.fixture
def vendors() -> Vendors:
    return Vendors()


@pytest.fixture
def net(vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    with internet(hosts(), vendors, monkeypatch, tmp_path) as net:
        yield net


class Desk:
    """One service's server in the list, and a credential store."""

    def __init__(self, net: Internet, id: str) -> None:
        self.row: Service = SERVICES[id]
        self.server = Server(id, self.row.server, sources=(Source("keyrack", "/config.toml", id),))
        self.adapters: Adapters = build(servers=(self.server,))._replace(
            http_client=net.http_client, now=lambda: NOW
        )

    def set(self, fields: dict[str, Secret] | None = None, *, expires_at: float | None = None) -> TokenSaved:
        typed = Typed(fields or self.row.secrets, expires_at=expires_at)
        return set_token(self.adapters, self.server, typed, at_service=True)

    @property
    def stored(self) -> StoredCredential | None:
        return self.adapters.credentials().load(CredentialKey.of(self.row.server.rstrip("/")))

    @property
    def listed(self) -> Row:
        return overview(self.adapters).rows[0]


@EACH
def test_the_server_gets_the_documented_headers_byte_for_byte(id: str, net: Internet) -> None:
    desk = Desk(net, id)
    saved = desk.set()
    assert saved.check is not None and saved.check.verdict == "accepted"
    to_server = [asked for asked in net.asked if asked.url.rstrip("/") == desk.row.server.rstrip("/")]
    own = [
        {name: value for name, value in asked.own_headers.items() if not name.startswith("mcp-")}
        for asked in to_server
    ]
    bare = {"accept": "application/json, text/event-stream"}  # the last: does it make a difference?
    assert own[:-1] and all(headers == {**bare, **desk.row.sent} for headers in own[:-1]) and own[-1] == bare


@EACH
def test_it_goes_to_the_server_and_to_the_services_api_and_nowhere_else(id: str, net: Internet) -> None:
    desk = Desk(net, id)
    desk.set()
    assert set(net.dialled) == {url.split("/")[2] for url in (desk.row.server, desk.row.check)}


@EACH
def test_what_is_stored_is_what_is_sent_and_what_the_service_told(id: str, net: Internet) -> None:
    desk = Desk(net, id)
    desk.set()
    stored_credential = desk.stored
    assert stored_credential is not None
    assert {name.lower(): value.reveal() for name, value in stored_credential.headers} == desk.row.sent
    assert {key: value.reveal() for key, value in stored_credential.fields} == desk.row.typed
    facts = desk.listed.credential
    assert facts is not None and facts == stored_credential.credential
    assert (facts.kind, facts.label, facts.scopes) == ("token", desk.row.account, desk.row.scopes)
    assert facts.header == ", ".join(name for name, _ in stored_credential.headers)
    expires = desk.row.expires and datetime.fromisoformat(desk.row.expires).timestamp()
    assert facts.expires_at == expires


@EACH
def test_later_checks_and_python_programs_send_the_same(id: str, net: Internet) -> None:
    desk = Desk(net, id)
    desk.set()
    net.asked.clear()
    assert check(desk.adapters, desk.server).verdict == "accepted"
    with httpx.Client(auth=Auth(desk.row.server, adapters=desk.adapters)) as client:
        assert client.post(desk.row.server, json={"id": 1}).status_code == 200
    *tries, without, own = net.asked
    assert not any(name in without.headers for name in desk.row.sent)  # does it make a difference?
    assert tries
    for asked in (*tries, own):
        assert {name: asked.headers.get(name) for name in desk.row.sent} == desk.row.sent


@pytest.mark.parametrize(
    ("id", "token"),
    [
        *((id, SERVICES[id].typed["token"]) for id in ("github", "gitlab", "linear", "slack", "grafana")),
        ("pagerduty", PAGER),
        ("sentry", SNTRYU),
        ("datadog", DD_APP),
        # One header is made of two fields: what follows its scheme, as for a header of the configuration.
        ("honeycomb", f"{HC_ID}:{HC_SECRET}"),
        ("jira", SERVICES["jira"].sent["authorization"].removeprefix("Basic ")),
    ],
)
def test_a_script_gets_what_stands_behind_the_scheme_word(id: str, token: str, net: Internet) -> None:
    desk = Desk(net, id)
    desk.set()
    assert get_token(desk.adapters, desk.server).token.reveal() == token


@pytest.mark.parametrize("id", ["datadog", "github"])
def test_a_script_that_gets_one_of_two_keys_is_warned(
    id: str, net: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(net, id)
    desk.set()
    ran = cli.run(
        ["token", desk.server.url or ""],
        adapters=lambda **_: desk.adapters,
        screen=lambda _: pytest.fail("a screen was shown"),
        demo=lambda: 1,
    )
    assert ran == 0
    assert capsys.readouterr().err == ("" if id == "github" else (
        "keyrack: This credential needs 2 headers, DD-API-KEY and DD-APPLICATION-KEY. "
        "This is the value of DD-APPLICATION-KEY.\n"
        "keyrack: keyrack header prints them all.\n"
    ))  # fmt: skip


@EACH
def test_a_token_that_the_service_refuses_leaves_the_old_one_and_is_not_shown_to_the_server(
    id: str, net: Internet
) -> None:
    desk = Desk(net, id)
    desk.set()
    before = desk.stored
    net.asked.clear()
    with pytest.raises(KeyrackError, match="It was not stored") as caught:
        desk.set(desk.row.wrong)
    assert desk.stored == before
    assert {asked.url for asked in net.asked} == {desk.row.check}
    told = f"{caught.value} {caught.value.hint}"
    assert not any(secret.reveal() in told for secret in desk.row.wrong.values())


@EACH
def test_a_token_that_the_server_refuses_leaves_the_old_one(id: str, net: Internet) -> None:
    desk = Desk(net, id)
    desk.set()
    before = desk.stored
    with pytest.raises(KeyrackError, match="refused the token, so it was not stored"):
        set_token(desk.adapters, desk.server, Typed(desk.row.wrong))
    assert desk.stored == before


def test_the_services_word_goes_before_a_typed_date(net: Internet) -> None:
    desk = Desk(net, "cloudflare")
    saved = desk.set(expires_at=NOW + 3 * DAY)
    assert saved.credential.expires_at == datetime.fromisoformat("2027-01-01T05:20:00Z").timestamp()


@pytest.mark.parametrize("id", ["jira", "linear", "honeycomb"])
def test_a_typed_date_stays_where_the_service_tells_none(id: str, net: Internet) -> None:
    assert Desk(net, id).set(expires_at=NOW + 90 * DAY).credential.expires_at == NOW + 90 * DAY


def test_a_typed_date_stays_where_the_service_can_not_be_asked(net: Internet, vendors: Vendors) -> None:
    desk = Desk(net, "github")
    vendors.moods[desk.row.check] = DOWN
    saved = desk.set(expires_at=NOW + 90 * DAY)
    assert saved.service is not None and saved.service.ok is None
    assert (saved.credential.expires_at, saved.credential.label) == (NOW + 90 * DAY, "")


@pytest.mark.parametrize(
    ("header", "days"),
    [("2026-12-01 12:00:00 UTC", 10.0), ("2026-11-26 07:00:00 -0500", 5.0), (DATE, None), (None, None)],
)
def test_githubs_header_is_the_expiry_and_not_the_time_of_the_reply(
    header: str | None, days: float | None, net: Internet, vendors: Vendors
) -> None:
    desk = Desk(net, "github")
    named = {"github-authentication-token-expiration": header} if header else {}
    vendors.moods[desk.row.check] = Answer(200, {"login": "octo"}, {**GITHUB, **named})
    ends = desk.set().credential.expires_at
    assert ends == (None if days is None else NOW + days * DAY)


@pytest.mark.parametrize(
    ("days", "state"), [(8.0, State.VALID), (6.9, State.EXPIRING), (0.01, State.EXPIRING)]
)
def test_a_token_is_expiring_seven_days_ahead(days: float, state: State, net: Internet) -> None:
    desk = Desk(net, "jira")
    desk.set(expires_at=NOW + days * DAY)
    assert desk.listed.status.state is state


def test_an_expired_token_is_not_handed_out(net: Internet) -> None:
    desk = Desk(net, "jira")
    desk.set(expires_at=NOW + DAY)
    desk.adapters = desk.adapters._replace(now=lambda: NOW + 2 * DAY)
    assert desk.listed.status.state is State.LOGIN_NEEDED
    with pytest.raises(LoginNeeded, match="has expired") as caught:
        get_token(desk.adapters, desk.server)
    assert caught.value.hint == "Run: keyrack set jira"


def test_a_token_that_was_revoked_elsewhere_is_never_handed_out_again(
    net: Internet, vendors: Vendors
) -> None:
    desk = Desk(net, "linear")
    desk.set()
    vendors.revoked.add(desk.row.typed["token"])
    assert check(desk.adapters, desk.server).verdict == "refused"
    with pytest.raises(LoginNeeded, match="refused") as caught:
        get_token(desk.adapters, desk.server)
    assert caught.value.hint == "Run: keyrack set linear"


def test_a_python_program_whose_token_was_revoked_is_told_to_set_another(
    net: Internet, vendors: Vendors
) -> None:
    desk = Desk(net, "linear")
    desk.set()
    vendors.revoked.add(desk.row.typed["token"])
    with (
        httpx.Client(auth=Auth(desk.row.server, adapters=desk.adapters)) as client,
        pytest.raises(LoginNeeded, match="no longer accepted") as caught,
    ):
        client.post(desk.row.server, json={"id": 1})
    assert caught.value.hint == "Run: keyrack set https://mcp.linear.app/mcp"  # no file names the server


def test_a_jira_token_without_its_address_is_refused_with_the_reason(net: Internet) -> None:
    desk = Desk(net, "jira")
    with pytest.raises(KeyrackError, match="refused the token") as caught:
        set_token(desk.adapters, desk.server, Typed({"token": Secret(ATATT)}))
    assert caught.value.hint.endswith(" Left empty: Email.")


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ("DD_API_KEY", {"DD_API_KEY": "1" * 32, "DD_APPLICATION_KEY": "2" * 40}),
        ("dd-api-key", {"DD-API-KEY": "1" * 32, "DD-APPLICATION-KEY": "2" * 40}),
        ("X-Key", {"X-Key": "2" * 40}),
    ],
)
def test_a_header_of_one_of_the_services_ways_chooses_that_way(
    header: str, sent: dict[str, str], net: Internet
) -> None:
    desk = Desk(net, "datadog")
    set_token(desk.adapters, desk.server, Typed(desk.row.secrets, header=header), try_it=False)
    assert desk.stored is not None
    assert {name: value.reveal() for name, value in desk.stored.headers} == sent


def test_two_keys_joined_in_one_are_taken_as_they_are(net: Internet) -> None:
    desk = Desk(net, "honeycomb")
    saved = desk.set({"token": Secret(f"{HC_ID}:{HC_SECRET}")})
    assert saved.service is not None and saved.service.ok
    assert saved.check is not None and saved.check.verdict == "accepted"
    assert get_token(desk.adapters, desk.server).token == Secret(f"{HC_ID}:{HC_SECRET}")
