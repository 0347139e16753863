"""Which files with other programs' tokens are pointed out."""

from __future__ import annotations

import pytest

from keyrack.domain.held import HeldToken, Item, Place
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.sharing.exposed import exposed


def token(place: Place, client: str = "mcporter") -> HeldToken:
    return HeldToken(client, place, (), TokenSet(Secret("secret-token")))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_named_once_with_a_command(mode: int) -> None:
    place = Place("/home/me/my files/store.json", mode=mode)
    [problem] = exposed([token(place), token(place)], ())
    assert (problem.client, problem.path) == ("mcporter", place.path)
    assert f"({mode:04o})" in problem.sentence
    assert problem.sentence.endswith("Run chmod 600 '/home/me/my files/store.json'.")
    assert "secret-token" not in repr(problem)


def test_a_configuration_with_tokens_is_named() -> None:
    [problem] = exposed(
        [token(Place("/home/me/settings.json", mode=0o600), "Cline")], {"/home/me/settings.json"}
    )
    assert "configuration file contains tokens" in problem.sentence


@pytest.mark.parametrize(
    "place", [Place("/s", mode=0o600), Place("C:\\s"), Place(item=Item("service", "account", Secret("x")))]
)
def test_a_private_file_and_an_item_are_not(place: Place) -> None:
    assert exposed([token(place)], {"/other"}) == ()
