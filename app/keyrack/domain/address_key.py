"""Keys in URLs, which some vendors tell people to use. They are never shown.

A query parameter is recognized by its name or by the look of its value. A path segment is recognized
by its look, or by its position at a vendor that is known to put a key there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.domain.errors import BadUrl
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import MASK

# The patterns are strings, which `re` compiles at their first use: most URLs need none of them, and they
# would take 2 ms of every `keyrack list` and `keyrack token`.

# api_key, tavilyApiKey, access-token, sig …; `code` is Azure Functions'.
SECRET_NAME = (
    r"(?i:(?:^|[_.-]|api)(?:key|token|secret|password|passwd|pwd|sig|signature|auth|jwt)$)"
    r"|[a-z](?:Key|Token|Secret|Password)$|^code$"
)
SHORTEST = 6  # characters; a shorter value is a switch (useToken=true)
# The prefixes of vendors' keys, with enough characters after them that no word matches.
VENDORS = (
    r"(?:(?:sk|pk|rk|fc|hf|r8|tvly|gh[opusr]|github_pat|glpat|xox[abeprs]|lin_api|ntn|sntry[su]|napi|nvapi|sbp"
    r"|figd|PMAK|vcp|shp[ap]t|apify_api|AIza|ya29)[-_.]?(?:[A-Za-z0-9]+[-_.])*(?=[A-Za-z]*[0-9])[A-Za-z0-9]{12,}"
    r"|(?:pat|key|token|api|secret)[-_.]?(?:[A-Za-z0-9]+[-_.])*(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20,}"
    r")(?:[-_.=][A-Za-z0-9_=-]*)?"
)
JWT = r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
# Random text: long, mixed case, with digits throughout. IDs are mostly hexadecimal or shorter.
RANDOM = r"(?=.*[a-z])(?=.*[A-Z])(?=(?:.*?[0-9]+[^0-9]+){2}.*[0-9])[A-Za-z0-9_-]{24,}"
HEX = r"[0-9a-fA-F-]+"
LONGEST = 2000  # characters of a part that are examined
# Where vendors' URLs have a key, whatever it looks like.
PLACES = (
    r"https://mcp\.zapier\.com/api/mcp/s/([^/?]+)",
    r"https://(?:[\w-]+\.)?make\.com/mcp/(?:api/v1/)?u/([^/?]+)",
    r"https://mcp\.pipedream\.net/([^/?]+)",
    r"https://mcp\.composio\.dev/composio/server/([^/?]+)",
    r"https://cloud\.activepieces\.com/api/v1/mcp/([^/?]+)",
)


# Most URLs need no closer look: no query, only short path segments, and not at one of these vendors.
SHORT = re.compile(
    r"https?://[^/?]++(?<!zapier\.com)(?<!make\.com)(?<!pipedream\.net)(?<!composio\.dev)"
    r"(?<!activepieces\.com)(?:/[^/?]{0,14})*"
)


class FoundKey(NamedTuple):
    masked: str  # the URL as it may be shown
    where: str  # for people: the names of the parameters, or "its path"
    values: tuple[str, ...]  # as they are in the URL
    bare: str  # the URL without the key; "" if the key is part of the path


def find_key(url: str) -> FoundKey | None:
    """The key in a URL in canonical form (`resource.parse_url`); None if there is none."""
    if SHORT.fullmatch(url):
        return None
    path, question, query = url.partition("?")
    in_path = set(_in_path(path))
    pairs = query.split("&") if question else []
    in_query = [pair for pair in pairs if _is_secret(*_split(pair))]
    if not (in_path or in_query):
        return None
    masked = "/".join(MASK if part in in_path else part for part in path.split("/"))
    if question:
        shown = (f"{_split(pair)[0]}={MASK}" if pair in in_query else pair for pair in pairs)
        masked += "?" + "&".join(shown)
    names = [_plain(_split(pair)[0])[:40] for pair in in_query]
    rest = "&".join(pair for pair in pairs if pair not in in_query)
    return FoundKey(
        masked,
        ", ".join([*names, *(["its path"] if in_path else [])]),
        (*sorted(in_path), *(_split(pair)[1] for pair in in_query)),
        "" if in_path else path + (f"?{rest}" if rest else ""),
    )


def shown(url: str) -> str:
    """A URL as it may be shown. Masks a key that was stored before keyrack could recognize it."""
    found = find_key(url)
    return url if found is None else found.masked


def without_key(url: str) -> str:
    """The same URL. Raises BadUrl if it contains a key."""
    found = find_key(url)
    if found is not None:
        raise key_refused(found)
    return url


def key_refused(found: FoundKey) -> BadUrl:
    """The error for a URL with a key that a person entered. It quotes nothing of the key."""
    return BadUrl(
        f"The URL contains a key ({found.where}), and keyrack does not store keys in URLs.",
        hint="Remove it from the URL, and store it with: keyrack set NAME",
    )


def is_secret_name(name: str) -> bool:
    """Does the name of a parameter or variable suggest that it contains a secret?"""
    return re.search(SECRET_NAME, name) is not None


def _in_path(url: str) -> Iterator[str]:
    for place in PLACES:
        match = re.match(place, url)
        if match:
            yield match[1]
    start = url.find("/", url.find("://") + 3)
    if start < 0:
        return
    for part in url[start + 1 :].split("/"):
        if len(part) > SHORTEST and _looks_like_one(_plain(part)):
            yield part


def _is_secret(name: str, value: str) -> bool:
    if len(value) < SHORTEST:
        return False
    return is_secret_name(_plain(name)) or _looks_like_one(_plain(value))


def _looks_like_one(text: str) -> bool:
    if len(text) > LONGEST:
        return True  # nobody types such a thing
    if re.fullmatch(VENDORS, text) or re.fullmatch(JWT, text):
        return True
    return len(text) >= 24 and re.fullmatch(RANDOM, text) is not None and re.fullmatch(HEX, text) is None


def _split(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value


def _plain(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    from urllib.parse import unquote_plus  # imported late: few URLs need it

    return unquote_plus(text)
