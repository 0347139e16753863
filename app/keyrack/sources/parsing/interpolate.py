"""Variables in configured strings: their value to send, and a reference that is safe to show.

Not `string.Template` or `os.path.expandvars`: each program has a syntax of its own (`${env:NAME}`,
`${NAME:-default}`, `${input:id}`), and the text beside the variables is masked in the same pass.
"""

import re
from typing import NamedTuple

from keyrack.domain.model import SCHEME_WORDS, Variable
from keyrack.domain.secret import MASK, Secret
from keyrack.system.paths import Env

# A style is a pattern with the groups `name`, `default` (what to take when it is unset) and
# `asked` (a value that the program asks its user for, and that nobody else can see).
# A name takes no colon: `${A:-secret}` where a program knows no defaults is text, and masked.
NONE = ""
BRACES = r"\$\{(?P<name>[\w.()-]+)\}(?P<default>(?!))?(?P<asked>(?!))?"
BRACES_OR_DEFAULT = r"\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?\}(?P<asked>(?!))?"
ENV_OR_INPUT = r"\$\{(?:env:(?P<name>[\w.()-]+)|(?P<asked>input:[^${}]+))\}(?P<default>(?!))?"


class Interpolated(NamedTuple):
    """A string after interpolation."""

    value: Secret
    reference: str  # variables as they are written, literal text masked
    variables: tuple[Variable, ...] = ()
    plaintext: bool = False  # text of its own stands beside the variables
    asked: bool = False  # a part of it is known to the program alone
    missing: tuple[str, ...] = ()  # variables that are unset and have no default


def fill(text: str, style: str, env: Env, *, public: bool = False) -> Interpolated:
    """Interpolate; an unset variable is "". With `public`, literal text is no secret and is shown."""
    if not style or "$" not in text:
        shown, plaintext = (text, False) if public else _mask(text, at_start=True)
        return Interpolated(Secret(text), shown, (), plaintext)
    values: list[str] = []
    shown_parts: list[str] = []
    variables: list[Variable] = []
    missing: list[str] = []
    plaintext = asked = False
    end = 0
    for match in re.finditer(style, text):
        start = match.start()
        if start > end:
            shown, secret = (text[end:start], False) if public else _mask(text[end:start], at_start=end == 0)
            values.append(text[end:start])
            shown_parts.append(shown)
            plaintext = plaintext or secret
        end = match.end()
        name, default, question = match.group("name", "default", "asked")
        if question:
            asked = True
            shown_parts.append(match[0])
            continue
        found = value_of(env, name)
        variables.append(Variable(name, bool(found)))
        if not found and default is None:
            missing.append(name)
        values.append(found or default or "")
        if default and not public:
            plaintext = True
            shown_parts.append(match[0].replace(f":-{default}", f":-{MASK}"))
        else:
            shown_parts.append(match[0])
    if end < len(text):
        shown, secret = (text[end:], False) if public else _mask(text[end:], at_start=end == 0)
        values.append(text[end:])
        shown_parts.append(shown)
        plaintext = plaintext or secret
    if len(variables) > 1:
        variables, missing = list(dict.fromkeys(variables)), list(dict.fromkeys(missing))
    value, reference = Secret("".join(values)), "".join(shown_parts)
    return Interpolated(value, reference, tuple(variables), plaintext, asked, tuple(missing))


def has_variable(text: str, style: str) -> bool:
    """Would `fill` put anything in?"""
    return bool(style) and re.search(style, text) is not None


def value_of(env: Env, name: str) -> str:
    """A variable's value; "" when it is unset."""
    # Bytes of the environment that are no text arrive as lone surrogates.
    value = env.get(name, "")
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _mask(part: str, *, at_start: bool) -> tuple[str, bool]:
    """A literal part as it may be shown, and whether a secret was masked in it."""
    word = ""
    if at_start:
        first, space, rest = part.partition(" ")
        if first.lower() in SCHEME_WORDS:
            word, part = first + space, rest
    body = part.strip(" \t:;,=")
    return (word + part.replace(body, MASK), True) if body else (word + part, False)
