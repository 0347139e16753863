"""A configured address: usable, or the sentence that says why not."""

from __future__ import annotations

import re

from keyrack.clients.gather import Gather
from keyrack.clients.interpolate import fill
from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import parse_url

# A query parameter that carries a key: api_key, tavilyApiKey, access-token, sig …
SECRET_NAME = re.compile(r"(?i:(?:^|[_.-]|api)(?:key|token|secret|password|passwd|pwd|sig|signature)$)"
                         r"|[a-z](?:Key|Token|Secret|Password)$")


def address_of(text: str, gather: Gather) -> tuple[str | None, str | None]:
    """(URL, None) or (None, why it can't be used). The sentence never quotes the address.

    A URL is shown and kept in records, so one that carries a secret is not used.
    """
    if "$" in text:
        filled = fill(text, gather.style, gather.env)
        if filled.missing:
            return None, f"The address needs {', '.join(filled.missing)}, which is not set."
        if filled.asked:
            return None, f"The address holds a value that only {gather.client} knows."
        if filled.variables and "?" in text and "$" in text.partition("?")[2]:
            name = filled.variables[-1].name
            return None, (f"The address takes {name} into its query; keyrack puts no secret into an address. "
                          "Send it in a header.")
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
