"""A configured address: usable, or the sentence that says why not."""

from __future__ import annotations

import re

from keyrack.clients.gather import Gather
from keyrack.clients.interpolate import Filled, fill
from keyrack.clients.paths import Env
from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import parse_url

# A query parameter that carries a key: api_key, tavilyApiKey, access-token, sig …
SECRET_NAME = re.compile(r"(?i:(?:^|[_.-]|api)(?:key|token|secret|password|passwd|pwd|sig|signature)$)"
                         r"|[a-z](?:Key|Token|Secret|Password)$")


def address_of(
    text: str, gather: Gather, *, env: Env | None = None, style: str | None = None
) -> tuple[str | None, str | None]:
    """(URL, None) or (None, why it can't be used). The sentence never quotes the address.

    Variables are the file's, in its program's style, unless others are given.

    A URL is shown, sent and kept in records, so one that carries a secret is not used.
    """
    if "$" in text:
        filled = fill(text, gather.style if style is None else style, gather.env if env is None else env)
        refusal = _refusal_of_variables(text, filled, gather)
        if refusal:
            return None, refusal
        text = filled.value.reveal()
    try:
        url = parse_url(text)
    except BadUrl as error:
        return None, str(error)
    if "?" in url:
        from urllib.parse import parse_qsl, urlsplit

        for name, value in parse_qsl(urlsplit(url).query):
            if value and SECRET_NAME.search(name):
                return None, (f"The address carries a secret in its query ({name[:40]}=…); keyrack puts none "
                              "into an address. Send it in a header.")
    return url, None


def _refusal_of_variables(text: str, filled: Filled, gather: Gather) -> str | None:
    """Why these variables may not stand in an address, or None."""
    if filled.asked:
        return f"The address holds a value that only {gather.client} knows."
    names = [variable.name for variable in filled.variables]
    if not names:
        return None
    if not gather.trusted:
        # Else a cloned repository could send any variable of the user's to its own server.
        return f"A project's file may not put variables into an address ({', '.join(names)})."
    if filled.missing:
        return f"The address needs {', '.join(filled.missing)}, which is not set."
    in_query = "$" in text.partition("?")[2]
    secret = next((name for name in names if _is_secret(name)), None)
    if in_query or secret:
        name = names[-1] if in_query else secret
        return (f"The address takes {name} into itself; keyrack puts no secret into an address. "
                "Send it in a header.")
    return None


def _is_secret(variable: str) -> bool:
    """Does a word of the variable's name say that it holds a secret? AWS_SECRET_ACCESS_KEY, KEY_ID …"""
    return any(SECRET_NAME.search(word) for word in re.split("[_.-]", variable))
