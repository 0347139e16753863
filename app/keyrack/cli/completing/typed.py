"""Reads the words of an unfinished command line. Unlike the parser, it refuses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from keyrack.cli.spec import CONFIG, GLOBAL, HELP, Option, Verb
from keyrack.cli.verbs import VERBS, module_of
from keyrack.domain.named_tuple import NamedTuple


class Typed(NamedTuple):
    """What stands before the word that is being typed."""

    verb: Verb | None = None
    operands: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {}
    )  # the values by the option's key; of a switch, ""
    waiting: Option | None = None  # its value comes next
    is_over: bool = False  # after "--" there are no options
    is_command: bool = False  # after "--" comes another program's command line
    is_known: bool = True  # False: no such verb

    @property
    def options(self) -> tuple[Option, ...]:
        """The options that can come next."""
        known = GLOBAL if self.verb is None else (*self.verb.options, CONFIG, HELP)
        return tuple(option for option in known if option.repeat or option.key not in self.given)


def read(words: Iterable[str]) -> Typed:
    """The words after `keyrack`, without the one that is being typed."""
    verb: Verb | None = None
    operands: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    known = _by_flag(GLOBAL)
    is_over = False
    rest = iter(words)
    for word in rest:
        if is_over or word == "-" or not word.startswith("-"):
            if verb is not None:
                operands.append(word)
            elif word not in VERBS:
                return Typed(is_known=False)
            else:
                found: Verb = module_of(word).VERB
                verb, known = found, _by_flag((*found.options, CONFIG, HELP))
        elif word == "--":
            if verb is not None and " -- " in verb.operand:
                return Typed(verb, tuple(operands), given, None, True, True)
            is_over = True
        else:
            flag, equals, value = word.partition("=")
            option = known.get(flag)
            if option is None:
                continue
            if option.value and not equals:
                value = next(rest, None)
                if value is None:
                    return Typed(verb, tuple(operands), given, option)
            given[option.key] = (*given.get(option.key, ()), value)
    return Typed(verb, tuple(operands), given, None, is_over)


def _by_flag(options: Iterable[Option]) -> dict[str, Option]:
    return {flag: option for option in options for flag in option.flags}
