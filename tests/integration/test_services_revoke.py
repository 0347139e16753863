"""Revoking manual tokens: the three services with an API for it, and the page of all others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialInfo, CredentialKey, Server, Source
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.service import revoke_words
from keyrack.operations.tokens.set_token import Typed, set_token
from keyrack.services.load import built_in, built_in_ids
from support.services import DOWN, EVIL, GLPAT, PAGE, PAT, REVOKED_AT, SERVICES, XOXP, Vendors, hosts
from support.services_net import Answer, Internet, internet
from support.workbench import build

EACH = pytest.mark.parametrize("id", REVOKED_AT)


@pytest.fixture
def vendors() -> Vendors:
    return Vendors()


@pytest.fixture
def net(vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    with internet(hosts(), vendors, monkeypatch, tmp_path) as net:
        yield net


def server_of(id: str) -> Server:
    return Server(id, SERVICES[id].server, sources=(Source("keyrack", "/config.toml", id),))


def with_token(net: Internet, id: str, token: str | None = None) -> Adapters:
    """A credential store that holds the service's token, or another that it does not know."""
    adapters = build()._replace(http_client=net.http_client)
    fields = SERVICES[id].secrets if token is None else {"token": Secret(token)}
    set_token(adapters, server_of(id), Typed(fields), try_it=False)
    return adapters


def revoked(adapters: Adapters, id: str) -> Line:
    """Clear with --revoke; what became of the credential here is the same in every case."""
    receipt = clear(adapters, server_of(id), revoke=True)
    first, *rest = receipt.lines
    assert [(line.what, line.outcome) for line in rest] == [("Delete", "done"), ("Verified gone", "done")]
    assert adapters.credentials().load(receipt_key(id)) is None
    return first


def receipt_key(id: str) -> CredentialKey:
    return CredentialKey.of(SERVICES[id].server)


@EACH
def test_a_revoked_token_is_dead_at_the_service(id: str, net: Internet, vendors: Vendors) -> None:
    adapters = with_token(net, id)
    line = revoked(adapters, id)
    assert line.outcome == "done" and line.detail.endswith(", for good.")
    assert vendors.revoked == {PAT if id == "github" else GLPAT if id == "gitlab" else XOXP}


@pytest.mark.parametrize(
    ("id", "method", "headers", "body"),
    [
        ("github", "POST", {}, {"credentials": [PAT]}),
        ("gitlab", "DELETE", {"private-token": GLPAT}, None),
        ("slack", "POST", {"authorization": f"Bearer {XOXP}"}, None),
    ],
)
def test_the_request_is_the_documented_one(
    id: str, method: str, headers: dict[str, str], body: object, net: Internet
) -> None:
    revoked(with_token(net, id), id)
    [asked] = net.asked
    assert (asked.method, asked.url, asked.own_headers, asked.json) == (method, REVOKED_AT[id], headers, body)


@pytest.mark.parametrize("id", ["gitlab", "slack"])
def test_a_token_that_the_service_does_not_know_has_nothing_to_revoke(id: str, net: Internet) -> None:
    line = revoked(with_token(net, id, "of-another-service-0"), id)
    assert line.outcome == "failed" and line.detail.startswith("There was nothing to revoke: ")
    assert "of-another" not in line.detail


@EACH
def test_a_refusal_to_revoke_says_that_the_token_may_still_work(
    id: str, net: Internet, vendors: Vendors
) -> None:
    adapters = with_token(net, id)
    vendors.moods[REVOKED_AT[id]] = Answer(400, {"error": "nope", "message": "nope"})
    line = revoked(adapters, id)
    assert line.outcome == "failed" and line.detail.endswith("(“nope”). The token may still work.")


@EACH
@pytest.mark.parametrize(
    "answer", [DOWN, PAGE, Answer(429), Answer(302, None, {"Location": f"https://{EVIL}/"})]
)
def test_an_unknown_end_says_that_the_token_may_still_work(
    id: str, answer: Answer, net: Internet, vendors: Vendors
) -> None:
    adapters = with_token(net, id)
    vendors.moods[REVOKED_AT[id]] = answer
    line = revoked(adapters, id)
    assert line.outcome == "failed" and line.detail.endswith("The token may still work.")
    assert len(net.asked) == 1 and net.dialled == [net.asked[0].host]


@EACH
def test_a_service_that_can_not_be_reached_is_told_and_the_token_is_deleted_here(
    id: str, net: Internet
) -> None:
    adapters = with_token(net, id)
    net.addresses.clear()
    line = revoked(adapters, id)
    assert line.outcome == "failed" and "could not be asked" in line.detail
    assert line.detail.endswith("The token may still work.") and not net.asked


def test_a_credential_without_its_fields_is_revoked_by_its_token(net: Internet) -> None:
    adapters = with_token(net, "slack")
    stored_credential = adapters.credentials().load(receipt_key("slack"))
    assert stored_credential is not None
    adapters.credentials().save(stored_credential._replace(fields=()))
    assert revoked(adapters, "slack").outcome == "done"


@pytest.mark.parametrize("id", sorted(set(built_in_ids()) & set(SERVICES) - set(REVOKED_AT)))
def test_elsewhere_nothing_is_sent_and_the_page_is_named(id: str, net: Internet) -> None:
    line = revoked(with_token(net, id), id)
    page = built_in(id).page
    assert line.outcome == "not supported" and line.detail.startswith("revoke it on ")
    assert not page or "{site}" in page or page in line.detail
    assert not net.asked and not net.dialled


def test_clear_without_revoke_tells_nobody(net: Internet) -> None:
    clear(with_token(net, "gitlab"), server_of("gitlab"))
    assert not net.asked


def test_what_revoking_would_do_is_told_before(net: Internet) -> None:
    adapters = build()
    token, oauth = CredentialInfo("token"), CredentialInfo("oauth", "https://auth.example")
    for id in REVOKED_AT:
        words = revoke_words(adapters, server_of(id), token)
        assert words == (
            f"{built_in(id).name} revokes the token itself. "
            "This can't be undone, and the token stops working everywhere."
        )
    words = revoke_words(adapters, server_of("linear"), token)
    assert words == f"keyrack can't revoke this token: revoke it on {built_in('linear').page}."
    unknown = revoke_words(adapters, Server("x", "https://mcp.example/"), token)
    assert unknown == "keyrack can't revoke this token: revoke it on the service's own page."
    assert revoke_words(adapters, server_of("github"), oauth) is None
    assert revoke_words(adapters, server_of("github"), None) is None


def test_a_check_finds_out_that_another_copy_was_revoked(net: Internet) -> None:
    adapters = with_token(net, "gitlab")
    other = with_token(net, "gitlab")
    revoked(adapters, "gitlab")
    assert get_token(other, server_of("gitlab")).token == Secret(GLPAT)  # nobody has told it yet
    from keyrack.operations.servers.check import check

    assert check(other, server_of("gitlab")).verdict == "refused"
