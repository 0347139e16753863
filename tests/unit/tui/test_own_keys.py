"""The user's own keys: which can be used, and what is said of the others."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.screen import Screen

import keyrack.tui
from keyrack.config import keys as keys_file
from keyrack.domain.own_keys import OwnKeys
from keyrack.tui.kit import keymap, own_keys
from keyrack.tui.kit.own_keys import usable


@given(st.dictionaries(st.sampled_from(["open", "login", "token-save", "x"]) | st.text(), st.text()))
def test_whatever_is_in_the_file_is_used_or_told(keys: dict[str, str]) -> None:
    good, wrong = usable(keys)
    assert len(good) + len(wrong) == len(keys)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (",", "comma"),
        ("L", "L"),
        ("/", "slash"),
        ("+", "plus"),
        ("ctrl+d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"),
        ("f5", "f5"),
        ("shift+F5", "shift+f5"),
        ("alt+x", "alt+x"),
        ("space", "space"),
        ("ö", "ö"),
    ],
)
def test_a_key_is_named_as_it_is_typed(text: str, key: str) -> None:
    assert usable({"open": text} if text not in ("/", "space") else {"filter": text, "mark": "f9"})[0] in (
        {"open": key},
        {"filter": key, "mark": "f9"},
    )


@pytest.mark.parametrize(
    "text",
    ["", "dd", "ctrl", "ctrl+", "hyper+x", "escape", "tab", "ctrl+i", "ctrl+m", "\x1b", "ctrl+dd", "+d"],
)
def test_what_no_terminal_sends_is_told(text: str) -> None:
    good, [sentence] = usable({"open": text})
    assert good == {} and "keys.open" in sentence and "is not a key that a terminal sends" in sentence


def test_an_unknown_action_is_told_with_the_one_that_was_meant() -> None:
    assert usable({"logn": "L"}) == ({}, ["keys.logn: There is no such action; did you mean “login”?"])


def test_two_actions_can_change_places() -> None:
    assert usable({"login": "d", "clear": "l"}) == ({"login": "d", "clear": "l"}, [])


def test_a_key_of_another_action_of_the_screen_is_told_and_the_usual_one_stays() -> None:
    assert usable({"login": "d"}) == ({}, ["keys.login: d is the key of “clear” on the same screen."])
    assert usable({"login": "j"})[0] == {}  # the list's, and the details'
    assert usable({"login": "ctrl+q"})[0] == {}
    good, wrong = usable({"login": "f5", "check": "f5"})
    assert len(good) == 1 and len(wrong) == 1


@pytest.mark.parametrize(
    "name", ["ask-yes", "ask-no", "remove-yes", "stop", "close", "token-cancel", "progress"]
)
def test_escape_cancels_and_y_agrees_for_everyone(name: str) -> None:
    good, [sentence] = usable({name: "f5"})
    assert good == {} and "the same for everyone" in sentence


@pytest.mark.parametrize("name", ["token-save", "palette", "quit", "suspend"])
def test_a_key_that_works_in_fields_is_none_that_is_typed_there(name: str) -> None:
    good, [sentence] = usable({name: "x"})
    assert good == {} and "typed into the fields" in sentence
    assert usable({name: "f5"}) == ({name: "f5"}, [])


def test_keys_of_one_screen_are_never_the_same() -> None:
    for name, key in {"token-others": "ctrl+s", "token-page": "ctrl+t", "login-skip": "y"}.items():
        good, [sentence] = usable({name: key})
        assert good == {} and "on the same screen" in sentence
    good, [sentence] = usable({"server-save": "ctrl+u"})
    assert good == {} and "a key of the fields" in sentence


def test_all_keys_of_a_screen_are_compared() -> None:
    groups = [{binding.id for binding in group} for group in own_keys._groups()]
    known = own_keys._known()
    for module in pkgutil.walk_packages(keyrack.tui.__path__, "keyrack.tui."):
        importlib.import_module(module.name)
    for screen in screens(Screen):
        named = {each.id: each for base in screen.__mro__ for each in base.__dict__.get("BINDINGS", ())
                 if isinstance(each, Binding) and each.id in known}  # fmt: skip
        for one, other in itertools.combinations(named, 2):
            same = named[one].action == named[other].action
            assert same or any({one, other} <= group for group in groups), (screen, one, other)


def screens(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("keyrack."):
            yield each
        yield from screens(each)


def test_every_action_of_the_list_has_a_name() -> None:
    for binding in (*keymap.APP, *keymap.MAIN, *keymap.CLIENTS, *keymap.TABLE):
        assert binding.id


def test_the_keys_are_read_from_the_file(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    assert keys_file.read(env, "linux") == OwnKeys()
    file = tmp_path / ".config" / "keyrack" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[keys]\nlogin = "L"\nclear = 3\n')
    assert keys_file.read(env, "linux") == OwnKeys(str(file), {"login": "L"})
    for broken in ("[keys\n", "keys = 3\n", "[servers]\n"):
        file.write_text(broken)
        assert keys_file.read(env, "linux").keys == {}
