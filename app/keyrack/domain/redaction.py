"""Removes secrets from texts and URLs before they are logged, stored, shown or copied.

There are three rules. A known secret is removed, in every form in which it may be written. Only the parts of
a URL that are known to be harmless are shown. No string, comment or long number of a file is shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

from keyrack.domain.address_key import find_key
from keyrack.domain.secret import MASK, Secret

SHORTEST = 4  # characters of a secret to look for in a text; a shorter one could occur anywhere
SHORTEST_WORD = 8  # the same if it could be a word or number that a program needs ("invalid", 403)
LONGEST_URL = 300  # characters of a URL to show
# Part of a path that may be machine-generated: some servers have a key there.
WORD_IN_PATH = re.compile(r"[A-Za-z0-9_.~-]{20,}")

# A string followed by a colon (JSON), or by an equals sign or a dot (TOML), is a key and is shown.
JSON_PARTS = re.compile(
    r'(?P<string>"(?:[^"\\\n]|\\.)*+"?)(?P<key>\s*+:)?'
    r"|(?P<comment>//|/\*)(?:(?<=//)[^\n]*+|(?<=\*)(?:[^*]|\*(?!/))*+(?:\*/)?)|\d{6,}+(?:\.\d++)?"
)
TOML_STRING = (
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}' r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*+'"
)  # fmt: skip
TOML_PARTS = re.compile(rf"(?P<string>{TOML_STRING})(?P<key>[ \t]*+[=.])?|(?P<comment>\#)[^\n]*+|\d{{6,}}+")
# Kinds of servers, and what starts local ones: a diff without any value shows nothing.
HARMLESS = frozenset(
    f'"{word}"'
    for word in (
        "", "http", "sse", "stdio", "streamable-http", "streamable_http", "streamableHttp", "local", "remote",
        "npx", "-y", "node", "bunx", "uvx", "uv", "run", "python", "python3", "-m", "docker", "-i", "--rm",
        "keyrack", "bridge", "exec", "--secrets", "--",
    )
)  # fmt: skip


def forms_of(secrets: Iterable[Secret], *, keep_words: bool = False) -> tuple[str, ...]:
    """The strings to look for, longest first: each secret, as it is and as encoded in a URL, a form or JSON.

    For a value with a scheme (`Bearer …`), this includes the part after the scheme, and for Basic also the
    password in it (RFC 7617). `keep_words` leaves out short secrets of letters and digits. Use it if a
    program reads the text, so that no word of its protocol is masked.
    """
    least = [(each, SHORTEST_WORD if keep_words and each.isalnum() else SHORTEST) for each in _parts(secrets)]
    found = {form for each, shortest in least if len(each) >= shortest for form in _written(each)}
    return tuple(sorted(found, key=len, reverse=True))


def hide(text: str, forms: Iterable[str]) -> str:
    """Replace each of the forms in a text by a mask."""
    for form in forms:
        text = text.replace(form, MASK)
    return text


def hide_in_bytes(data: bytes, forms: Iterable[str]) -> bytes:
    for form in forms:
        data = data.replace(form.encode("utf-8", "surrogatepass"), MASK.encode())
    return data


def hide_in_json(value: Any, forms: Collection[str]) -> Any:
    """Do the same in every string of a JSON value, including object keys. Raises RecursionError."""
    if isinstance(value, str):
        return hide(value, forms)
    if isinstance(value, list):
        return [hide_in_json(item, forms) for item in value]
    if isinstance(value, dict):
        return {hide_in_json(key, forms): hide_in_json(item, forms) for key, item in value.items()}
    return value


def shown_url(url: str, public: Collection[str] = ()) -> str:
    """A URL with masks for keys in its path, and for the values in its query that are not `public`."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return MASK
    query = "&".join(f"{key}={value}" for key, value in shown_pairs(pairs, public))
    path = WORD_IN_PATH.sub(lambda word: MASK if _is_mixed(word[0]) else word[0], parts.path)
    # The URL may be relative, as in a Location header.
    base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "https://none"
    found = find_key(base + parts.path)
    path = hide(path, found.values if found is not None else ())  # also a short key where a vendor has one
    return urlunsplit(parts._replace(path=path, query=query))[:LONGEST_URL]


def shown_pairs(pairs: Iterable[tuple[str, str]], public: Collection[str]) -> Iterator[tuple[str, str]]:
    """A query's pairs, with masks for the values that are not `public`."""
    for key, value in pairs:
        yield key, shown_value(value, public) if key in public else MASK


def shown_value(value: str, public: Collection[str] = ()) -> str:
    """A public value. If it is a URL, it is shown without its secrets."""
    is_url = value.startswith(("http://", "https://")) and " " not in value
    return shown_url(value, public) if is_url else value


def shown_file(text: str, parts: re.Pattern[str], shown: Mapping[str, str]) -> str:
    """A configuration's text with only its keys and structure. Line numbers stay the same.

    `parts` is JSON_PARTS or TOML_PARTS. `shown` maps some strings, as written in the file, to what replaces
    them.
    """

    def mask(match: re.Match[str]) -> str:
        part, comment = match["string"], match["comment"]
        if part is not None and (match["key"] is not None or part in HARMLESS):
            return match[0]
        if part is not None and part in shown:
            return shown[part]
        quotes = part[0] if part else ""
        return f"{comment or ''}{quotes}{MASK}{quotes}" + "\n" * match[0].count("\n")

    return parts.sub(mask, text)


def _parts(secrets: Iterable[Secret]) -> Iterator[str]:
    for secret in secrets:
        value = secret.reveal()
        scheme, _, rest = value.partition(" ")
        yield from (value, rest)
        if scheme.lower() == "basic":
            yield _password(rest)


def _password(encoded: str) -> str:
    """The password in a Basic value. A client secret is form-encoded first (RFC 6749, section 2.3.1)."""
    from base64 import b64decode
    from urllib.parse import unquote_plus

    try:
        return unquote_plus(b64decode(encoded).decode().partition(":")[2])
    except ValueError:
        return ""


def _written(text: str) -> Iterator[str]:
    import json

    yield from (text, quote_plus(text, errors="replace"), quote(text, safe="", errors="replace"))
    for ascii in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii)[1:-1]
        yield from (escaped, escaped.replace("/", r"\/"))  # PHP escapes the slash


def _is_mixed(word: str) -> bool:
    return any(char.isdigit() for char in word) and any(char.isalpha() for char in word)
