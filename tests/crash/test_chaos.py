"""Kills processes at random points of real operations, and checks what the next keyrack finds.

A real gnome-keyring, a real issuer that rotates refresh tokens and ends a grant when one comes
twice, SIGKILL. The same again: KEYRACK_CHAOS_SEED=number.

"Too late" is what nobody can keep: the issuer had spent the old refresh token, and the process died
before the keychain had the new one. The next refresh says that a login is needed.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.operations.storage.recover import recover
from keyrack.operations.tokens.get_token import get_token
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.naming import PROBE_URL, entry_name, record_id
from keyrack.wiring import adapters
from support import chaos, killable
from support.authserver import AuthServer
from support.chaos import Place, Process

PARTS = 2  # so that more than one worker has its share
ROUNDS = {"login": 20, "refresh": 50, "set": 16, "clear": 16}  # in each of them
SEED = int(os.environ.get("KEYRACK_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
BAD = ("lost", "unreadable", "revoked", "orphans")


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


@pytest.mark.slow("102 processes are killed, and another one starts after each")
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_to_a_kill_but_what_nobody_can_keep(
    part: int, place: Place, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(f"{SEED} {part}")
    spans = {what: span(place, what) for what in ROUNDS}
    rounds = [what for what, times in ROUNDS.items() for _ in range(times)]
    chance.shuffle(rounds)
    counts = {what: Counter[str]() for what in ROUNDS}
    stories: list[str] = []
    for number, what in enumerate(rounds):
        happened = killed_once(place, what, chance, spans[what])
        counts[what].update(happened)
        stories += [f"round {number} ({what}): {bad}" for bad in happened if bad in BAD]
    place.log_in()  # whose proof of the keychain takes away what a killed one has left

    record_property("told", table(counts, part))
    assert stories == [], f"seed {SEED}, part {part}"
    assert strays(place) == [], f"seed {SEED}, part {part}"


def killed_once(place: Place, what: str, chance: random.Random, spans: tuple[float, float]) -> list[str]:
    """Let one operation be killed, and a keyrack start after it; what there is to count."""
    old = prepared(place, what)
    renewed = place.authority.count().renewed
    process, at_the_lock = begun(place, what, old, rests=chance.random() < 0.5)
    time.sleep(chance.uniform(0, spans[at_the_lock]))  # a random moment of its work
    said = process.kill()
    assert said in ([], ["done"]), said
    happened = ["ended before" if said else "killed"]
    kept = {stored_credential.tokens.access_token for stored_credential in place.in_keychain()}

    credentials = place.credentials()
    try:
        start_again(place, credentials, chance)
        new = credentials.load(CredentialKey.of(place.url))
    except KeyrackError:
        return [*happened, "unreadable"]
    if new is None and what != "clear":
        happened.append("lost")
    if strays(place):
        happened.append("orphans")
    if new is not None and new.tokens.refresh_token is not None and not place.lives(new):
        spent = place.authority.count().renewed > renewed
        happened.append("too late" if spent and kept == {old.tokens.access_token} else "revoked")
        place.log_in()
    return happened


def prepared(place: Place, what: str) -> StoredCredential:
    """Something to work on: for a refresh, a login's credential; else any."""
    stored = place.credentials().load(CredentialKey.of(place.url))
    if stored is None or (what == "refresh" and stored.tokens.refresh_token is None):
        place.log_in()
    return place.stored()


def begun(place: Place, what: str, old: StoredCredential, *, rests: bool) -> tuple[Process, bool]:
    """The operation in a process, at its beginning or at the moment at which it has the lock."""
    process = place.start(killable.act, what, rests, old.tokens.access_token.reveal())
    process.tell()
    if rests:
        assert process.hear() == "held"
        process.tell()
    return process, rests


def span(place: Place, what: str) -> tuple[float, float]:
    """Seconds that the operation takes on this machine: as a whole, and from the lock on."""
    longest = [0.0, 0.0]
    for rests in (False, True) * 3:
        process, _ = begun(place, what, prepared(place, what), rests=rests)
        start = time.perf_counter()
        assert process.hear() == "done"
        longest[rests] = max(longest[rests], time.perf_counter() - start)
        process.end()
    return longest[False], longest[True]


def start_again(place: Place, credentials: BackendCredentialStore, chance: random.Random) -> None:
    """What the next keyrack does first: `token` reads, the screen and `doctor` tidy."""
    world = adapters(credentials=credentials)
    if chance.random() < 0.5:
        try:
            get_token(world, place.server, min_valid=0)
        except LoginNeeded:
            pass  # it was cleared
        # A probe holds no secret.
        assert all(entry.startswith(record_id(CredentialKey(PROBE_URL, ""))) for entry in strays(place))
    recover(world)


def strays(place: Place) -> list[str]:
    """The keychain's entries that no record names."""
    record = place.credentials().record(CredentialKey.of(place.url))
    named = set()
    if record is not None and record.credential is not None:
        named.add(entry_name(record_id(CredentialKey.of(place.url)), record.credential.slot))
    return sorted(place.entries() - named)


def table(counts: dict[str, Counter[str]], part: int) -> str:
    """The counts, a line per operation."""
    columns = ("killed", "ended before", *BAD, "too late")
    lines = [["", *columns]]
    lines += [[what, *(str(counted[column]) for column in columns)] for what, counted in counts.items()]
    total = sum(counts.values(), Counter[str]())
    lines.append(["all", *(str(total[column]) for column in columns)])
    rows = ["".join(f"{cell:>13}" for cell in line) for line in lines]
    return "\n".join([f"Killed at random moments, seed {SEED}, part {part}:", *rows])
