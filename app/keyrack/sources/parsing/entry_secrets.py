"""Finds secrets in plain text in the entry of a local process: in its environment, and in its options.

A variable or an option is recognized by its name; a value in any variable also by the prefix of a vendor.
What a program fills in itself is no secret, nor is a path, a URL, a number or an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from keyrack.domain.address_key import JWT, VENDORS
from keyrack.domain.headers import carries_credential
from keyrack.domain.model import EntrySecret, Source
from keyrack.domain.rewrite import split
from keyrack.domain.secret import Secret
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import has_variable

# The last word of a name that says what it contains.
LAST = frozenset((
    "TOKEN", "KEY", "APIKEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD", "PAT", "JWT",
    "CREDENTIAL", "CREDENTIALS", "BEARER", "COOKIE", "AUTHORIZATION", "DSN",
))  # fmt: skip
PASSWORDS = ("PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD")  # these can be short
SHORTEST = 8
LEAST_LIKELY = 16  # characters of a value that is examined for a vendor's prefix
HEADERS = ("-H", "--header", "--headers")
VARIABLES = ("-e", "--env")
CONTAINERS = ("docker", "podman", "nerdctl")  # they take a variable without a value from their own
REFERENCE = re.compile(
    r"\$\{|\$\(|\{\{|\{(?:env|file|secret|input):|^\$\w+$|^%\w+%$|^(?:op|vault|keyring|keychain|ref|env|file):"
)
EXAMPLE = r"(?i)<.*>|\[.*\]|\.\.\.|…|x+|\*+|(?:your|my|enter|insert|replace|change|example|dummy|test)[-_ ].*"
HARMLESS = r"(?i)true|false|none|null|(?:~|\.{0,2})[/\\].*|[a-z]:[/\\].*|[a-z][a-z0-9+.-]*://[^@]*"


def secrets_of(
    collector: Collector,
    name: str,
    program: str,
    args: Sequence[str],
    values: Mapping[str, str],
    skipped: int = 0,
) -> tuple[EntrySecret, ...]:
    """The secrets of an entry. `args` are all its arguments, of which `skipped` are not the program's."""
    source = collector.source(name)
    found = [
        EntrySecret(key, Secret(value), source, variable=key)
        for key, value in values.items()
        if _is_secret(key, value, collector) or _is_vendors(value)
    ]
    found += _in_arguments(collector, source, program, args, skipped)
    if collector.not_movable_for_all:
        found = [each._replace(not_movable_because=collector.not_movable_for_all) for each in found]
    return tuple(found)


def _in_arguments(
    collector: Collector, source: Source, program: str, args: Sequence[str], skipped: int
) -> Iterator[EntrySecret]:
    is_container = re.split(r"[\\/]", program)[-1].lower().removesuffix(".exe") in CONTAINERS
    option = ""  # the one whose value the next argument may be
    for at, word in enumerate(args):
        if at < skipped:
            continue
        before, value = "", word
        if word.startswith("-") and not option.startswith(("-e", "-H")):
            option, equals, value = word.partition("=")
            if not equals:
                continue
            before = f"{option}="
        if not option:
            continue
        if option in HEADERS:
            header, colon, text = value.partition(":")
            space = text[: len(text) - len(text.lstrip())]
            scheme, secret = split(Secret(text))
            if colon and carries_credential(header.strip()) and _may_be_secret(secret.reveal(), collector):
                start = f"{before}{header}:{space}{scheme}"
                if start + secret.reveal() == word:
                    yield EntrySecret(_variable(header), secret, source, argument=at, before=start)
        elif option in VARIABLES:
            key, equals, text = value.partition("=")
            if equals and (_is_secret(key, text, collector) or _is_vendors(text)):
                start = f"{before}{key}="
                yield EntrySecret(
                    key, Secret(text), source, argument=at, before=start, is_passed_on=is_container
                )
        elif not option.startswith("--no-") and _is_secret(option, value, collector):
            yield EntrySecret(_variable(option), Secret(value), source, argument=at, before=before)
        option = ""


def _is_secret(name: str, value: str, collector: Collector) -> bool:
    words = re.sub("([a-z0-9])([A-Z])", r"\1_\2", name).upper().replace("-", "_").strip("_").split("_")
    last = words[-1]
    if last not in LAST and not last.endswith(("APIKEY", "TOKEN", "SECRET", "PASSWORD")):
        return False
    if "PUBLIC" in words or not _may_be_secret(value, collector):
        return False
    return len(value) >= (1 if last.endswith(PASSWORDS) else SHORTEST)


def _may_be_secret(value: str, collector: Collector) -> bool:
    if not value or REFERENCE.search(value) or has_variable(value, collector.style):
        return False
    return not (re.fullmatch(HARMLESS, value) or re.fullmatch(EXAMPLE, value))


def _is_vendors(value: str) -> bool:
    if len(value) < LEAST_LIKELY:
        return False
    return re.fullmatch(VENDORS, value) is not None or re.fullmatch(JWT, value) is not None


def _variable(option: str) -> str:
    """--api-key → API_KEY"""
    return re.sub("[^A-Z0-9]+", "_", re.sub("([a-z0-9])([A-Z])", r"\1_\2", option).upper()).strip("_")
