"""Variables in configured strings: their value to send, and a reference that is safe to show."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyrack.clients.paths import Env
from keyrack.domain.model import SCHEME_WORDS, Variable
from keyrack.domain.secret import MASK, Secret

# A style is a pattern with the groups `name`, `default` (what to take when it is unset) and
# `asked` (a value that the program asks its user for, and that nobody else can see).
NONE = ""
BRACES = r"\$\{(?P<name>[^${}]+)\}(?P<default>(?!))?(?P<asked>(?!))?"
BRACES_OR_DEFAULT = r"\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?\}(?P<asked>(?!))?"
ENV_OR_INPUT = r"\$\{(?:env:(?P<name>[^${}]+)|(?P<asked>input:[^${}]+))\}(?P<default>(?!))?"


class Filled(NamedTuple):
    """A string after interpolation."""

    value: Secret
    reference: str  # variables as they are written, literal text masked
    variables: tuple[Variable, ...] = ()
    literal: bool = False  # text of its own stands beside the variables
    asked: bool = False  # a part of it is known to the program alone
    missing: tuple[str, ...] = ()  # variables that are unset and have no default


def fill(text: str, style: str, env: Env, *, public: bool = False) -> Filled:
    """Interpolate; an unset variable is "". With `public`, literal text is no secret and is shown."""
    if not style or "$" not in text:
        shown, literal = (text, False) if public else _mask(text, at_start=True)
        return Filled(Secret(text), shown, (), literal)
    values: list[str] = []
    shown_parts: list[str] = []
    variables: list[Variable] = []
    missing: list[str] = []
    literal = asked = False

    def plain(part: str, *, at_start: bool = False) -> None:
        nonlocal literal
        shown, secret = (part, False) if public else _mask(part, at_start=at_start)
        literal = literal or secret
        values.append(part)
        shown_parts.append(shown)

    end = 0
    for match in re.finditer(style, text):
        plain(text[end : match.start()], at_start=end == 0)
        end = match.end()
        if match["asked"]:
            asked = True
            shown_parts.append(match[0])
            continue
        name, default = match["name"], match["default"]
        value = value_of(env, name)
        variables.append(Variable(name, bool(value)))
        if not value and default is None and name not in missing:
            missing.append(name)
        values.append(value or default or "")
        if default and not public:
            literal = True
            shown_parts.append(match[0].replace(f":-{default}", f":-{MASK}"))
        else:
            shown_parts.append(match[0])
    plain(text[end:], at_start=end == 0)
    return Filled(Secret("".join(values)), "".join(shown_parts), tuple(dict.fromkeys(variables)),
                  literal, asked, tuple(missing))


def value_of(env: Env, name: str) -> str:
    """A variable's value; "" when it is unset."""
    # Bytes of the environment that are no text arrive as lone surrogates.
    return env.get(name, "").encode("utf-8", "replace").decode()


def _mask(part: str, *, at_start: bool) -> tuple[str, bool]:
    """A literal part as it may be shown, and whether a secret was masked in it."""
    if at_start:
        word, space, rest = part.partition(" ")
        if word.lower() in SCHEME_WORDS:
            shown, literal = _mask(rest, at_start=False)
            return word + space + shown, literal
    body = part.strip(" \t:;,=")
    return (part.replace(body, MASK), True) if body else (part, False)
