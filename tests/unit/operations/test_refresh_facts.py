"""When a refresh sends a request, and what is recorded afterwards."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from keyrack.domain.errors import LoginNeeded, StoreUnavailable, TokenNotStored
from keyrack.domain.model import CredentialInfo, CredentialKey, Header, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens import refresh as module
from keyrack.operations.tokens.refresh import due, refresh, refreshed
from support.canned import ISSUER, URL, World, reply
from support.some import some
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"
KEY = CredentialKey.of(URL)
FILE = "/home/me/.config/keyrack/config.toml"


def bench(answer: Any = None, **facts: Any) -> tuple[Adapters, World]:
    world = World(**({f"POST {TOKEN}": answer} if answer else {}))
    adapters = build(world)._replace(config_file=lambda: FILE)
    adapters.credentials().save(stored_credential(**facts))
    return adapters, world


def recorded(adapters: Adapters) -> CredentialInfo:
    return some(some(adapters.credentials().record(KEY)).credential)


def test_with_a_limit_only_a_token_that_is_about_to_expire_is_refreshed() -> None:
    adapters, world = bench(expires_at=NOW + 3600)
    assert refresh(adapters, SERVER, min_valid=3600).expires_at == NOW + 3600
    assert world.asked == []
    assert refresh(adapters, SERVER, min_valid=3601).expires_at == NOW + 60
    assert len(world.to(TOKEN)) == 1


def test_two_refreshes_by_name_one_after_the_other_are_two_also_within_a_tick_of_the_clock() -> None:
    adapters, world = bench()
    refresh(adapters, SERVER)
    refresh(adapters, SERVER)
    assert len(world.to(TOKEN)) == 2


def test_a_token_that_its_server_refused_is_not_good_for_any_time_at_all() -> None:
    adapters, world = bench(expires_at=NOW + 3600)
    adapters.credentials().note(KEY, refusal=(NOW, "The server refused it."))
    with pytest.raises(LoginNeeded, match="The server refused it"):
        refreshed(adapters, SERVER, min_valid=0)
    assert world.asked == []


@pytest.mark.parametrize(("left", "count"), [(599, 1), (600, 0)])
def test_due_is_what_the_list_shows_as_expiring(left: float, count: int) -> None:
    adapters, _ = bench(expires_at=NOW + left)
    assert len(due(overview(adapters).rows, NOW)) == count


def test_what_no_program_uses_is_not_due() -> None:
    adapters, _ = bench(expires_at=NOW - 1)
    for servers in ((), (SERVER._replace(headers=(Header("Authorization", "${X}", Secret("k")),)),)):
        other = build(credentials=adapters.credentials(), servers=servers)
        assert due(overview(other).rows, NOW) == []
    assert len(due(overview(adapters).rows, NOW)) == 1


def test_a_token_that_was_entered_by_hand_is_entered_anew() -> None:
    adapters, world = bench(refresh=None)
    held = some(adapters.credentials().load(KEY))
    adapters.credentials().save(held._replace(credential=held.credential._replace(kind="token")))
    with pytest.raises(LoginNeeded, match="was entered by hand and can't be refreshed") as caught:
        refresh(adapters, SERVER)
    assert "Run: keyrack set example" in caught.value.hint and world.asked == []


def test_where_no_refresh_token_was_issued_the_error_names_the_setting_that_gets_one() -> None:
    adapters, _ = bench(refresh=None)
    with pytest.raises(LoginNeeded, match="No refresh token was issued") as caught:
        refreshed(adapters, SERVER, insist=True)
    assert FILE in caught.value.hint and "access_type" in caught.value.hint


def test_without_a_refresh_token_an_earlier_refusal_is_still_the_reason() -> None:
    adapters, _ = bench(refresh=None)
    adapters.credentials().note(KEY, refusal=(NOW, "It was revoked."))
    with pytest.raises(LoginNeeded, match="It was revoked") as caught:
        refreshed(adapters, SERVER, insist=True)
    assert "access_type" not in caught.value.hint


def test_a_spent_refresh_token_that_another_program_has_replaced_is_no_refusal() -> None:
    other = stored_credential(access="at-9", refresh="rt-9", expires_at=NOW + 3600)

    def answer(_: Request) -> Response:
        adapters.credentials().save(other._replace(credential=other.credential._replace(obtained_at=NOW)))
        return reply({"error": "invalid_grant"}, 400)

    adapters, _ = bench(answer, expires_at=NOW - 1)
    assert refreshed(adapters, SERVER).tokens.access_token == Secret("at-9")
    assert recorded(adapters).refusal == ""


def test_what_the_issuer_granted_this_time_is_recorded_and_returned() -> None:
    answer = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "scope": "read write"}
    adapters, _ = bench(reply(answer), label="Acme")
    facts = refresh(adapters, SERVER)
    assert facts == recorded(adapters) == some(adapters.credentials().load(KEY)).credential
    assert (facts.scopes, facts.label, facts.names) == (("read", "write"), "Acme", SERVER.full_names)
    assert (facts.obtained_at, facts.refreshed_at, facts.expires_at) == (NOW, NOW, NOW + 60)


def test_a_new_label_takes_the_old_ones_place() -> None:
    answer = {"access_token": "at-1", "token_type": "Bearer", "workspace_name": "New"}
    adapters, _ = bench(reply(answer), label="Acme")
    assert refresh(adapters, SERVER).label == "New"


@pytest.mark.parametrize(("failures", "is_stored"), [(2, True), (3, False)])
def test_new_tokens_are_stored_at_the_third_try_at_the_latest_or_handed_back(
    failures: int, is_stored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAVE_PAUSES", (0.0,) * len(module.SAVE_PAUSES))
    adapters, _ = bench(expires_at=NOW - 1)
    credentials, left = adapters.credentials(), [failures]
    renewing = type(credentials).renewing

    @contextmanager
    def failing(
        store: Any, held: StoredCredential
    ) -> Generator[Callable[[StoredCredential], CredentialInfo]]:
        with renewing(store, held) as save:

            def save_later(new: StoredCredential) -> CredentialInfo:
                left[0] -= 1
                if left[0] >= 0:
                    raise StoreUnavailable("The keychain starts anew.")
                return save(new)

            yield save_later

    monkeypatch.setattr(type(credentials), "renewing", failing)
    if is_stored:
        refresh(adapters, SERVER)
        assert some(credentials.load(KEY)).tokens.access_token == Secret("at-1")
    else:
        with pytest.raises(TokenNotStored) as caught:
            refresh(adapters, SERVER)
        assert caught.value.stored_credential.tokens.access_token == Secret("at-1")
        assert some(credentials.load(KEY)).tokens.access_token == Secret("at-0")
