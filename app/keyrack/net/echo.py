"""A refusal that repeats what was sent: some servers quote the token or the code that they refuse.

Their words go into sentences and records, where no secret may be, so it is taken out at the wire.
"""

from __future__ import annotations

import re

from keyrack.domain.redaction import forms_of, hide, hide_in_bytes
from keyrack.oauth.http import Request, Response

# GitHub and Slack refuse with status 200. A reply that names an error brings no new tokens.
_NAMES_ERROR = re.compile(rb'"error"\s*:\s*(?:"[^"]|[{\[1-9t])|(?:^|&)error=[^&\s]')


def without_echo(request: Request, reply: Response) -> Response:
    """The reply as it is, or, where it is an error, without the request's secrets in headers and body."""
    if reply.status < 400 and not _NAMES_ERROR.search(reply.body):
        return reply
    forms = forms_of(request.secrets, keep_words=True)
    headers = tuple((name, hide(value, forms)) for name, value in reply.headers)
    return reply._replace(headers=headers, body=hide_in_bytes(reply.body, forms))
