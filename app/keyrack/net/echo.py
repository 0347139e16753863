"""A refusal that repeats what was sent: some servers quote the token or the code that they refuse.

Their words go into sentences and records, where no secret may be, so it is taken out at the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.domain.secret import Secret
from keyrack.oauth.effects import Request, Response

SHORTEST = 8  # characters; what is shorter is no secret that was made to be one, and may be a word
MASK = "***"
# GitHub and Slack refuse with status 200. A reply that names an error brings no new tokens.
_NAMES_ERROR = re.compile(rb'"error"\s*:\s*(?:"[^"]|[{\[1-9t])|(?:^|&)error=[^&\s]')


def without_echo(request: Request, reply: Response) -> Response:
    """The reply as it is, or, where it is an error, without the request's secrets in headers and body."""
    if reply.status < 400 and not _NAMES_ERROR.search(reply.body):
        return reply
    headers, body = reply.headers, reply.body
    for secret in _secrets(request):
        headers = tuple((name, value.replace(secret, MASK)) for name, value in headers)
        body = body.replace(secret.encode(), MASK.encode())
    return reply._replace(headers=headers, body=body)


def _secrets(request: Request) -> Iterator[str]:
    """As they are, and as they stand in a URL or a form. Of a header also what follows its scheme."""
    from urllib.parse import quote_plus

    for value in (*request.headers.values(), *(request.form or {}).values()):
        if isinstance(value, Secret):
            plain = value.reveal()
            for each in (plain, plain.partition(" ")[2]):
                if len(each) >= SHORTEST:
                    yield from (each, quote_plus(each))
