"""Parse the command line.

Not argparse, which repeats what was typed in its messages: a token typed by mistake
would be in a log. It also takes 6 ms of CPU time for verbs as many as these, beside the
42 ms of `keyrack list`.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyrack.cli.spec import CONFIG, HELP, VERSION, Option, Verb
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain


def parse_global(argv: list[str]) -> tuple[SimpleNamespace, list[str]]:
    """The options before the verb, and the arguments from the verb on."""
    values = _defaults((CONFIG, HELP, VERSION))
    rest = list(argv)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
        word = rest.pop(0)
        _take(word, rest, (CONFIG, HELP, VERSION), values, "Run keyrack --help for a list of options.")
    return values, rest


def parse(verb: Verb, words: list[str]) -> SimpleNamespace:
    """A verb's options by key, its `operand` (None if omitted), and `second`, if it takes two.

    Raises UsageError. Its message never repeats a value, which may be a secret.
    """
    hint = f"Run keyrack {verb.name} --help for usage."
    options = (*verb.options, CONFIG, HELP)
    values = _defaults(options)
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word.startswith("-") and word != "-":
            _take(word, rest, options, values, hint)
        else:
            operands.append(word)
    values.operand, values.second = (*operands, None, None)[:2]
    if values.help:
        return values
    if len(operands) > len(verb.operand.split()):
        most = verb.operand or "no arguments"
        raise UsageError(f"Too many arguments: keyrack {verb.name} takes {most}.", hint=hint)
    if not (values.operand or verb.operand.startswith("[") or not verb.operand):
        raise UsageError(f"keyrack {verb.name} needs {verb.operand}.", hint=hint)
    return values


def _defaults(options: tuple[Option, ...]) -> SimpleNamespace:
    values = SimpleNamespace()
    for option in options:
        empty: Any = [] if option.repeat else None if option.value else False
        setattr(values, option.key, empty)
    return values


def _take(
    word: str, rest: list[str], options: tuple[Option, ...], values: SimpleNamespace, hint: str
) -> None:
    """Read one option, and take its value from `rest` if it has one."""
    flag, equals, text = word.partition("=")
    known = {name: option for option in options for name in option.flags}
    option = known.get(flag)
    if option is None:
        hint = _nearest(flag, list(known)) or hint
        raise UsageError(f"Unknown option {plain(flag, 40)}.", hint=hint)
    if not option.value:
        if equals:
            raise UsageError(f"{flag} takes no value.", hint=hint)
        setattr(values, option.key, True)
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
        getattr(values, option.key).append(value)
    else:
        setattr(values, option.key, value)


def _nearest(flag: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(flag, known, 1)
    return f"Did you mean {close[0]}?" if close else ""
