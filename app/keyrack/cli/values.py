"""Parsers for option values. Each raises ValueError with a message that does not repeat the value."""

from __future__ import annotations

import math
from typing import Any


def seconds(text: str) -> float:
    """A number of seconds, zero or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError("must be a number of seconds.")
    return value


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}


def span(text: str) -> float:
    """A span of time with its unit, such as 7d, in seconds."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit() and len(number) <= 6 and int(number)):
        raise ValueError("must be a number with a unit: s, m, h, d or w, like 7d.")
    return int(number) * _UNITS[unit]


def count(text: str) -> int:
    """A number of things, at least one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text)):
        raise ValueError("must be a whole number, at least 1.")
    return int(text)


def port(text: str) -> int:
    """A TCP port to listen on."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ValueError("must be a port number from 1 to 65535.")
    return int(text)


def loopback_host(text: str) -> str:
    """A loopback host that a redirect URI may have (RFC 8252, sections 7.3 and 8.3)."""
    if text not in ("localhost", "127.0.0.1"):
        raise ValueError("must be localhost or 127.0.0.1.")
    return text


def scopes(text: str) -> tuple[str, ...]:
    """Scopes separated by spaces (RFC 6749, section 3.3)."""
    words = tuple(text.split())
    if not words or any(not (0x21 <= ord(c) <= 0x7E) or c in '"\\' for word in words for c in word):
        raise ValueError("must be scopes in plain ASCII, separated by spaces.")
    return words


def header_name(text: str) -> str:
    """An HTTP header's name (RFC 9110, section 5.6.2)."""
    if not text or not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in text):
        raise ValueError("must be the name of an HTTP header.")
    return text


def template(text: str) -> str:
    """A header's value with the placeholder {token}."""
    if text.count("{token}") != 1 or not (text.isascii() and text.isprintable()):
        raise ValueError("must be plain ASCII and contain {token} once.")
    return text


def store(text: str) -> str:
    """One of the stores for secrets."""
    if text not in ("vault", "keychain"):
        raise ValueError("must be vault or keychain.")
    return text


def account(text: str) -> str:
    """The name of one of a server's accounts."""
    from keyrack.domain.account import account_name
    from keyrack.domain.errors import KeyrackError

    try:
        return account_name(text)
    except KeyrackError as error:
        raise ValueError(f"{str(error)[0].lower()}{str(error)[1:]}") from None


def header_format(text: str) -> str:
    """How `keyrack header` prints."""
    if text not in ("lines", "json", "curl"):
        raise ValueError("must be lines, json or curl.")
    return text


def shell_name(text: str) -> str:
    """A shell that `keyrack env` has lines for."""
    from keyrack.wording.shells import SHELLS

    name = {"bash": "sh", "zsh": "sh", "dash": "sh", "pwsh": "powershell"}.get(text, text)
    if name not in SHELLS:
        raise ValueError("must be sh, fish or powershell.")
    return name


def variable(text: str) -> str:
    """An environment variable for a token."""
    from keyrack.operations.handout.variables import refusal

    why = refusal(text)
    if why:
        raise ValueError(f"{why[0].lower()}{why[1:]}" if text not in why else why)
    return text


def client_id(text: str) -> str:
    """An OAuth client's ID (RFC 6749, appendix A.1)."""
    if not text or not (text.isascii() and text.isprintable()):
        raise ValueError("must be plain ASCII.")
    return text


def header_line(text: str) -> tuple[str, str]:
    """A header as it is sent: “NAME: VALUE”."""
    from keyrack.domain.server_settings import pair_of

    name, value = pair_of(text)
    return header_name(name), value


def setting(text: str) -> tuple[str, str, Any]:
    """KEY=VALUE for a server's table: the setting, the key in it if it is a table, and the value."""
    from keyrack.domain.server_settings import BY_KEY, value_of

    key, equals, typed = text.partition("=")
    outer, inner = _setting_keys(key)
    if not (equals and typed.strip()):
        raise ValueError("must be SETTING=VALUE; --unset deletes a setting.")
    if inner:
        return outer, inner, typed.strip()
    try:
        return outer, "", value_of(BY_KEY[outer], typed)
    except ValueError as error:
        raise ValueError(f"{outer} {error}") from None


def setting_key(text: str) -> str:
    """A setting of a server, or a key in one that is a table."""
    from keyrack.domain.server_settings import BY_KEY

    if text not in BY_KEY:
        _setting_keys(text)
    return text


def _setting_keys(text: str) -> tuple[str, str]:
    from keyrack.domain.server_settings import BY_KEY

    outer, dot, inner = text.partition(".")
    known = BY_KEY.get(outer)
    if known is None:
        raise ValueError(f"must be one of {', '.join(BY_KEY)}.")
    if (known.kind == "table") != bool(dot and inner):
        raise ValueError(f"must be {outer}.NAME." if known.kind == "table" else f"{outer} has no parts.")
    return outer, inner
