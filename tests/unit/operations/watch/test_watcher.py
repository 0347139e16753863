"""What `keyrack watch` does in each turn, with a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.storage import StoreState
from keyrack.operations.watch.due import due_at
from keyrack.operations.watch.watcher import STORE_WAIT, TICK, Watcher
from keyrack.store.credential_store import memory_credential_store
from support.canned import ISSUER, World, reply
from support.watching import FakeWatching
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN = f"POST {ISSUER}/token"


class Place:
    def __init__(self, *, expires_in: float = 3600.0, obtained_at: float = NOW) -> None:
        self.now = NOW
        self.credentials = memory_credential_store(lambda: self.now)
        self.world = World(**accepts("at-0", "at-1"))
        self.world.routes[TOKEN] = reply(
            {"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt-1"}
        )
        self.watching = FakeWatching()
        self.adapters = build(self.world, credentials=self.credentials)._replace(
            now=lambda: self.now, watching=lambda: self.watching
        )
        stored = stored_credential(expires_at=NOW + expires_in)
        self.credentials.save(stored._replace(credential=stored.credential._replace(obtained_at=obtained_at)))
        self.lines: list[str] = []
        self.watcher = Watcher(self.adapters, self.lines.append, spread=lambda: 1.0)

    def pass_time(self, seconds: float) -> int:
        """Turn as often as the watcher wants for so long. Returns how many requests the issuer got."""
        before, end = len(self.world.to(f"{ISSUER}/token")), self.now + seconds
        while self.now < end:
            self.now += min(self.watcher.turn(), end - self.now)
        return len(self.world.to(f"{ISSUER}/token")) - before

    @property
    def token(self) -> str | None:
        return stored_token(self.adapters)


def test_a_token_is_refreshed_five_minutes_before_it_ends_and_not_earlier() -> None:
    place = Place()
    assert place.pass_time(3600 - 301) == 0
    assert place.token == "at-0"
    assert place.pass_time(2) == 1
    assert place.token == "at-1"
    assert [command[0] for command, _, _ in place.watching.ran] == ["on-refreshed"]
    assert place.lines == ["example: refreshed; good for 1 h."]


def test_a_token_of_a_minute_is_not_refreshed_all_the_time() -> None:
    place = Place(expires_in=60)
    place.world.routes[TOKEN] = reply(
        {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
    )
    assert 8 <= place.pass_time(600) <= 13


def test_a_token_that_never_lasts_is_refreshed_twice_a_minute_at_most() -> None:
    place = Place(expires_in=0)
    place.world.routes[TOKEN] = reply(
        {"access_token": "at-1", "token_type": "Bearer", "expires_in": 1, "refresh_token": "rt-1"}
    )
    assert place.pass_time(600) <= 21


def test_a_token_of_unknown_expiry_is_refreshed_when_it_is_old() -> None:
    place = Place()
    stored = stored_credential(expires_at=None)
    place.credentials.save(stored._replace(credential=stored.credential._replace(obtained_at=NOW)))
    assert place.pass_time(3590) == 0
    assert place.pass_time(20) == 1


def test_nothing_is_read_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    place.watcher.turn()
    reads: list[int] = []
    read = place.adapters.read
    place.watcher._adapters = place.adapters._replace(read=lambda: reads.append(1) or read())
    # In memory there are no stamps; on the disk they are equal while nothing changes.
    monkeypatch.setattr("keyrack.operations.servers.watching.Stamps.has_changed", lambda *_: False)
    place.pass_time(3000)
    assert reads == []


def test_a_look_at_the_files_is_never_far_away() -> None:
    assert Place().watcher.turn() == TICK


def test_after_a_suspend_what_is_due_is_refreshed_at_once() -> None:
    place = Place()
    place.watcher.turn()
    place.now += 8 * 3600
    place.watcher.turn()
    assert place.token == "at-1"


def test_a_clock_that_is_set_back_does_not_end_the_watch() -> None:
    place = Place(expires_in=7200)
    place.watcher.turn()
    place.now -= 5000
    assert place.pass_time(60) == 0
    place.now += 12000
    assert place.pass_time(60) == 1


def test_without_a_network_it_tries_again_less_and_less_often_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.time.sleep", lambda seconds: None)
    place = Place(expires_in=100)
    place.world.routes[TOKEN] = reply(None, 503)
    # Each attempt sends two requests.
    assert 6 <= place.pass_time(600) <= 12
    assert place.pass_time(3600) <= 10
    told = [line for line in place.lines if "not refreshed" in line]
    assert len(told) == 1
    place.world.routes[TOKEN] = reply({"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600})
    assert place.pass_time(901) >= 1
    assert place.token == "at-1"


def test_after_a_suspend_it_does_not_wait_for_a_network_that_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.time.sleep", lambda seconds: None)
    place = Place(expires_in=100)
    place.world.routes[TOKEN] = reply(None, 503)
    place.pass_time(3600)
    place.world.routes[TOKEN] = reply({"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600})
    place.now += 100  # the next try would be in 110 seconds
    assert place.pass_time(1) == 1


def test_on_request_it_tries_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.time.sleep", lambda seconds: None)
    place = Place(expires_in=100)
    place.world.routes[TOKEN] = reply(None, 503)
    place.pass_time(3600)
    place.world.routes[TOKEN] = reply({"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600})
    assert place.pass_time(1) == 0
    place.watcher.forget()
    assert place.pass_time(1) == 1


def test_an_issuer_that_refuses_is_asked_once_and_a_person_is_told_once() -> None:
    place = Place(expires_in=100)
    place.world.routes[TOKEN] = reply({"error": "invalid_grant"}, 400)
    assert place.pass_time(4000) == 1
    assert place.token == "at-0"  # nothing is deleted
    assert [command[0] for command, _, _ in place.watching.ran] == ["on-login-needed"]
    assert len(place.watching.notified) == 1


def test_a_locked_store_is_waited_for_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(expires_in=100)
    state = StoreState("Secret Service", ready=True, locked=True, reason="The Secret Service is locked.")
    monkeypatch.setattr(place.credentials, "state", lambda: state)
    monkeypatch.setattr(place.credentials, "load", lambda key: pytest.fail("it would ask for a password"))
    assert place.pass_time(1000) == 0
    assert place.lines == ["Nothing is refreshed until the store can be used. The Secret Service is locked."]
    monkeypatch.undo()
    assert place.pass_time(STORE_WAIT + 1) == 1


def test_a_new_token_is_published_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []

    def publish(adapters: Any, server: Any) -> tuple[str, ...]:
        published.append(server.name)
        return ("The token was not published to codex: busy.",)

    monkeypatch.setattr("keyrack.operations.sharing.publishing.publish_again", publish)
    place = Place(expires_in=10)
    reading = place.adapters.read()._replace(servers=(SERVER._replace(publish=("codex",)),))
    place.watcher._adapters = place.adapters._replace(read=lambda: reading)
    place.pass_time(20)
    assert published == ["example"]
    assert "example: The token was not published to codex: busy." in place.lines


def test_a_stopped_watcher_starts_nothing() -> None:
    place = Place(expires_in=10)
    place.watcher.stop()
    assert place.pass_time(60) == 0
    assert place.watching.stopped
    assert place.watching.ran == []


def test_due_is_a_fifth_of_a_short_lifetime_before_the_end() -> None:
    stored = stored_credential(expires_at=NOW + 100).credential._replace(obtained_at=NOW)
    assert due_at(stored) == NOW + 80
    assert due_at(stored._replace(expires_at=NOW - 50)) == NOW - 50
