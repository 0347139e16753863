"""Parses the command line.

argparse is not used because its messages repeat the arguments: a token typed by mistake
would end up in a log. It would also add 6 ms of CPU time for this many verbs to the
42 ms of `keyrack list`.
"""

from __future__ import annotations

from typing import Any

from keyrack.cli.spec import CONFIG, HELP, VERSION, Arguments, Option, Verb
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain


class GlobalOptions(Arguments):
    """The options before the verb."""

    config: tuple[str, ...] = ()
    help: bool = False
    version: bool = False


def parse_global(argv: list[str]) -> tuple[GlobalOptions, list[str]]:
    """The options before the verb, and the arguments from the verb on."""
    values: dict[str, Any] = {}
    rest = list(argv)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
        word = rest.pop(0)
        _take(word, rest, (CONFIG, HELP, VERSION), values, "Run keyrack --help for a list of options.")
    return GlobalOptions(**values), rest


def parse(verb: Verb, words: list[str]) -> tuple[Any, tuple[str, ...]]:
    """The verb's `takes` (None if its page was asked for), and the files of --config.

    Raises UsageError. Its message never repeats a value, which may be a secret.
    """
    hint = f"Run keyrack {verb.name} --help for usage."
    options = (*verb.options, CONFIG, HELP)
    values: dict[str, Any] = {}
    operands: list[str] = []
    usual, _, command = verb.operand.partition(" -- ")
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            if command:
                values["command"] = tuple(rest)
            else:
                operands += rest
            break
        if word.startswith("-") and word != "-":
            _take(word, rest, options, values, hint)
        else:
            operands.append(word)
    config = values.pop("config", ())
    if values.pop("help", False):
        return None, config
    is_many = usual.rstrip("]").endswith("…")
    if len(operands) > len(usual.split()) and not is_many:
        most = verb.operand or "no arguments"
        raise UsageError(f"Too many arguments: keyrack {verb.name} takes {most}.", hint=hint)
    if not ((operands and operands[0]) or usual.startswith("[") or not usual):
        raise UsageError(f"keyrack {verb.name} needs {verb.operand}.", hint=hint)
    if is_many:
        values["operands"] = tuple(operands)
    else:
        values |= dict(zip(("operand", "second"), operands, strict=False))
    return verb.takes(**values), config


def _take(word: str, rest: list[str], options: tuple[Option, ...], values: dict[str, Any], hint: str) -> None:
    """Read one option into `values`, and take its value from `rest` if it has one."""
    flag, equals, text = word.partition("=")
    known = {name: option for option in options for name in option.flags}
    option = known.get(flag)
    if option is None:
        hint = _nearest(flag, list(known)) or hint
        raise UsageError(f"Unknown option {plain(flag, 40)}.", hint=hint)
    if not option.value:
        if equals:
            raise UsageError(f"{flag} takes no value.", hint=hint)
        values[option.key] = True
        return
    if not equals:
        if not rest or rest[0] in known:
            raise UsageError(f"{flag} needs a value: {flag} {option.value}.", hint=hint)
        text = rest.pop(0)
    try:
        value = option.read(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}", hint=hint) from None
    if option.repeat:
        value = (*values.get(option.key, ()), value)
    values[option.key] = value


def _nearest(flag: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(flag, known, 1)
    return f"Did you mean {close[0]}?" if close else ""
