"""Parses configured addresses: fills in variables, separates keys, and says why one can't be used."""

from __future__ import annotations

import re

from keyrack.domain.address_key import FoundKey, find_key, is_secret_name
from keyrack.domain.errors import BadUrl
from keyrack.domain.model import AddressKey, Variable
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import parse_url
from keyrack.domain.secret import MASK, Secret
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import Interpolated, fill, may_have_variable, value_of
from keyrack.system.paths import Env

RUN_TOGETHER = r"(?i:(?:SECRET|TOKEN|PASSWORD|APIKEY)$)"  # MYSECRET, ZAPIERTOKEN


class Address(NamedTuple):
    """The address of an entry's server. URLs are shown, sent and recorded, so a key in it is masked."""

    url: str | None = None
    problem: str | None = None  # why it can't be used; never quotes the address
    key: AddressKey | None = None
    unset: tuple[Variable, ...] = ()  # variables in it that are not set


def address_of(
    text: str, collector: Collector, *, env: Env | None = None, style: str | None = None
) -> Address:
    """Parse an address. `env` and `style` default to those of the file."""
    if may_have_variable(text):
        style, env = collector.style if style is None else style, collector.env if env is None else env
        filled = fill(text, style, env)
        if filled.variables or filled.asked:
            return _filled(text, filled, collector, style, env)
    try:
        url = parse_url(text)
    except BadUrl as error:
        return Address(problem=str(error))
    found = find_key(url)
    return Address(url) if found is None else Address(found.masked, key=_key(url, found))


def _filled(text: str, filled: Interpolated, collector: Collector, style: str, env: Env) -> Address:
    names = [variable.name for variable in filled.variables]
    if names and not collector.trusted:
        # Otherwise a cloned repository could send any of the user's variables to its own server.
        said = ", ".join(names)
        return Address(problem=f"A project's file can't use variables in a URL ({said}).")
    if filled.missing:
        unset = tuple(variable for variable in filled.variables if variable.name in filled.missing)
        missing = ", ".join(filled.missing)
        return Address(problem=f"The URL needs {missing}, which is not set.", unset=unset)
    path, question, query = text.partition("?")
    secret = [name for name in names if _is_secret(name)]
    masked = {**env, **dict.fromkeys(secret, MASK)}
    in_query = fill(question + query, style, {**masked, **dict.fromkeys(names, MASK)})
    in_path = fill(path, style, masked)
    try:
        shown = parse_url(in_path.value.reveal() + in_query.value.reveal() + MASK * filled.asked)
        url = "" if filled.asked else parse_url(filled.value.reveal())
    except BadUrl as error:
        only = f"The URL contains a value that only {collector.client} knows."
        return Address(problem=only if filled.asked else str(error))
    found = find_key(url) if url else None
    if shown == url and found is None:
        return Address(url)
    if found is not None:
        from keyrack.domain.redaction import hide  # late: few addresses have a key

        shown = hide(shown, found.values)
    values = filter(None, (*(found.values if found else ()), *(value_of(env, name) for name in names)))
    where = ", ".join(dict.fromkeys((*secret, *(each.name for each in in_query.variables))))
    where = where or (found.where if found else "a part that it asks for")
    return Address(shown, key=AddressKey(Secret(url), where, tuple(map(Secret, values))))


def _key(url: str, found: FoundKey) -> AddressKey:
    return AddressKey(Secret(url), found.where, tuple(map(Secret, found.values)), found.bare, plaintext=True)


def _is_secret(variable: str) -> bool:
    """Does a word in the variable's name suggest a secret? AWS_SECRET_ACCESS_KEY, KEY_ID …"""
    return any(is_secret_name(word) or re.search(RUN_TOGETHER, word) for word in re.split("[_.-]", variable))
