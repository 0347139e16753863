"""A hint that names a command names the key first."""

from __future__ import annotations

import pytest

from keyrack.tui.kit import keymap
from keyrack.tui.kit.keyed import IN_LIST, in_receipt, keyed


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("Run: keyrack login linear", "Press l, or run: keyrack login linear"),
        ("Log in again: keyrack login linear", "Log in again: press l, or run keyrack login linear"),
        (
            "Change it there, then run: keyrack check linear",
            "Change it there, then press c, or run: keyrack check linear",
        ),
        (
            "To replace it anyway, run this first: keyrack clear linear",
            "To replace it anyway, press d, or run this first: keyrack clear linear",
        ),
        (
            "A personal access token may work:\nkeyrack set figma\nor not",
            "A personal access token may work:\nPress t, or run keyrack set figma\nor not",
        ),
        ("Run keyrack adopt a to move it.", "Press S, or run keyrack adopt a to move it."),
        (
            "Run keyrack doctor to see which files contain one.",
            "Press i, or run keyrack doctor to see which files contain one.",
        ),
        (
            "Run keyrack doctor to see which keychain is in use.",
            "Press K, or run keyrack doctor to see which keychain is in use.",
        ),
        ("Run keyrack vault init to create one.", "Press K, or run keyrack vault init to create one."),
        ("Run keyrack list to see the names.", "Run keyrack list to see the names."),  # it is on the screen
        ("Check the address, or try again later.", "Check the address, or try again later."),
    ],
)
def test_the_key_comes_first_and_the_command_beside_it(hint: str, said: str) -> None:
    assert keyed(hint) == said


def test_elsewhere_it_says_where_the_key_works() -> None:
    said = keyed("Run: keyrack login a", where=IN_LIST)
    assert said == "Press l in the list, or run: keyrack login a"


def test_a_screen_with_keys_of_its_own_names_those() -> None:
    assert keyed("Or:\nkeyrack set a", {"set": "t"}) == "Or:\nPress t, or run keyrack set a"
    assert keyed("Run: keyrack login a", {"set": "t"}) == "Run: keyrack login a"


def test_a_key_that_was_remapped_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keymap, "key_of", lambda id: "X" if id == "login" else "?")
    assert keyed("Run: keyrack login a") == "Press X, or run: keyrack login a"


def test_a_receipt_says_how_to_undo_and_how_to_delete() -> None:
    assert in_receipt("keyrack undo reverses this") == "u (keyrack undo) reverses this"
    said = in_receipt("to delete it: keyrack clear a")
    assert said == "to delete it: press d in the list, or run keyrack clear a"
