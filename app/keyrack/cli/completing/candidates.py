"""Decides what can come next on a command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from keyrack.cli.completing.typed import Typed
from keyrack.cli.spec import Option
from keyrack.cli.verbs import VERBS
from keyrack.domain.named_tuple import NamedTuple

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters

CONNECTING = ("connect", "disconnect")
OWN = ("edit", "remove")  # they take the servers of keyrack's own file alone
WITH_LOCAL = ("adopt", "set", "clear")  # they take the secrets of local servers too

Words = Mapping[str, str]  # a word, and what it means


class Answer(NamedTuple):
    """The words; or "files", or "command" for another program's words: the shell knows those better."""

    kind: str = "words"
    words: Words = MappingProxyType({})


def answer(typed: Typed, current: str, adapters: Callable[[], Adapters]) -> Answer:
    """What can stand in the place of `current`, which may be unfinished. Not all of it starts like that."""
    if not typed.is_known:
        return Answer()
    if typed.is_command:
        return Answer("command")
    if typed.waiting is not None:
        return _values(typed.waiting.value, typed, current, adapters)
    if current.startswith("-") and not typed.is_over:
        flag, equals, value = current.partition("=")
        option = next((each for each in typed.options if flag in each.flags and each.value), None)
        if not equals:
            return Answer(words=_options(typed.options))
        if option is None:
            return Answer()
        kind, words = _values(option.value, typed, value, adapters)
        return Answer(kind, {f"{flag}={word}": meaning for word, meaning in words.items()})
    if typed.verb is None:
        return Answer(words=_verbs())
    places = typed.verb.operand.partition(" -- ")[0].split()
    place = len(typed.operands)
    if places and place >= len(places) and places[-1].endswith(("…", "…]")):
        place = len(places) - 1
    if place < len(places):
        name = places[place].strip("[]…")
        found = _values("NAME|URL" if name.startswith("NAME") else name, typed, current, adapters)
        if typed.is_over:
            return found
        # Else it would be taken for an option.
        return Answer(found.kind, {word: it for word, it in found.words.items() if not word.startswith("-")})
    return Answer() if typed.is_over else Answer(words=_options(typed.options))


def _options(options: Iterable[Option]) -> Words:
    return {option.flags[-1]: option.help for option in options}


def _verbs() -> Words:
    return {name: summary for name, (_, summary) in VERBS.items()}


def _settings(end: str) -> Words:
    from keyrack.domain.server_settings import SETTINGS

    return {f"{each.key}{'.' if each.kind == 'table' else end}": each.label for each in SETTINGS}


def _values(name: str, typed: Typed, current: str, adapters: Callable[[], Adapters]) -> Answer:
    """What a value can be, by its name in the manual."""
    if name == "FILE":
        return Answer("files")
    if name == "COMMAND":
        return Answer(words=_verbs())
    if name == "ACTION" and typed.verb is not None:
        return Answer(words=dict(typed.verb.actions))
    if "|" in name and name == name.lower():
        return Answer(words=dict.fromkeys(name.split("|"), ""))
    if name.startswith("SETTING"):
        return Answer(words=_settings("=" if name.endswith("=VALUE") else ""))
    from keyrack.operations.servers import names

    if name == "NAME|URL" and typed.verb is not None and typed.verb.name == "add":
        return Answer()  # a new one
    if name == "NAME|URL" and typed.verb is not None and typed.verb.name in OWN:
        return Answer(words=names.own_servers(adapters()))
    if name == "NAME|URL":
        local = typed.verb is not None and typed.verb.name in WITH_LOCAL
        return Answer(words=names.servers(adapters(), current, local=local))
    if name == "ACCOUNT":
        return Answer(words=names.accounts(adapters(), typed.operands[0] if typed.operands else None))
    if name == "PROGRAM" and typed.verb is not None and typed.verb.name in CONNECTING:
        return Answer(words=names.programs_to_connect(adapters()))
    if name == "PROGRAM":
        return Answer(words=names.programs(adapters()))
    return Answer()
