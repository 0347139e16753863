"""Fills in variables in configured strings: the value to send, and a reference that is safe to show.

`string.Template` and `os.path.expandvars` are no help: each program has its own syntax (`${env:NAME}`,
`${NAME:-default}`, `${input:id}`), and text next to the variables is masked in the same pass.
"""

from __future__ import annotations

import re

from keyrack.domain.model import SCHEME_WORDS, Variable
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import MASK, Secret
from keyrack.system.paths import Env

# A style is a pattern with the groups `name`, `default` (used if the variable is unset) and
# `asked` (a value that only the program knows, because it asks its user for it).
# A name has no colon: `${A:-secret}` in a program without defaults is text, and masked.
NONE = ""
BRACES = r"\$\{(?P<name>[\w.()-]+)\}(?P<default>(?!))?(?P<asked>(?!))?"
BRACES_OR_DEFAULT = r"\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?\}(?P<asked>(?!))?"
DOLLAR_OR_DEFAULT = (  # with or without braces
    r"\$(?P<brace>\{)?(?P<name>(?(brace)[^{}]+?|\w+))(?(brace)(?::-(?P<default>[^{}]*))?\})(?P<asked>(?!))?"
)
DOLLAR = r"\$(?P<brace>\{)?(?P<name>[A-Za-z_]\w*)(?(brace)\})(?P<default>(?!))?(?P<asked>(?!))?"
SHELL = r"\$(?:(?P<brace>\{)?(?P<name>[A-Za-z_]\w*)(?(brace)\})|(?P<asked>\([^()]*\)))(?P<default>(?!))?"
ENV = r"\$\{env:(?P<name>[\w.()-]+)\}(?P<default>(?!))?(?P<asked>(?!))?"
ENV_OR_FILE = r"\{(?:env:(?P<name>[^{}]+)|(?P<asked>file:[^{}]+))\}(?P<default>(?!))?"
SECRETS_OR_INPUT = (
    r"\$\{\{\s*(?:secrets\.(?P<name>[\w-]+)|(?P<asked>inputs\.[\w.-]+))\s*\}\}(?P<default>(?!))?"
)
ENV_OR_INPUT = r"\$\{(?:env:(?P<name>[\w.()-]+)|(?P<asked>input:[^${}]+))\}(?P<default>(?!))?"


class Interpolated(NamedTuple):
    """A string after interpolation."""

    value: Secret
    reference: str  # variables as written, literal text masked
    variables: tuple[Variable, ...] = ()
    plaintext: bool = False  # it contains literal text that is not public
    asked: bool = False  # only the program knows a part of it
    missing: tuple[str, ...] = ()  # unset variables without a default


def fill(text: str, style: str, env: Env, *, public: bool = False) -> Interpolated:
    """Interpolate; an unset variable becomes "". With `public`, literal text is not masked."""
    if not style or not may_have_variable(text):
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


def may_have_variable(text: str) -> bool:
    """False: it has none in any style."""
    return "$" in text or "{" in text


def has_variable(text: str, style: str) -> bool:
    """Does it contain a variable that `fill` would replace?"""
    return bool(style) and re.search(style, text) is not None


def value_of(env: Env, name: str) -> str:
    """A variable's value; "" if it is unset."""
    # Bytes in the environment that are not valid text become lone surrogates.
    value = env.get(name, "")
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _mask(part: str, *, at_start: bool) -> tuple[str, bool]:
    """A literal part, masked if necessary, and whether a secret was masked."""
    word = ""
    if at_start:
        first, space, rest = part.partition(" ")
        if first.lower() in SCHEME_WORDS:
            word, part = first + space, rest
    body = part.strip(" \t:;,=")
    return (word + part.replace(body, MASK), True) if body else (word + part, False)
