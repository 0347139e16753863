"""Removes secrets from error replies: some servers quote the token or the code that they refuse.

Their text goes into messages and records, which must not contain secrets, so it is redacted here.
"""

from __future__ import annotations

import re

from keyrack.domain.redaction import forms_of, hide, hide_in_bytes
from keyrack.oauth.http import Request, Response

# GitHub and Slack refuse with status 200. A reply with an error contains no new tokens.
_NAMES_ERROR = re.compile(rb'"error"\s*:\s*(?:"[^"]|[{\[1-9t])|(?:^|&)error=[^&\s]')


def without_echo(request: Request, reply: Response) -> Response:
    """The reply; if it is an error, without the request's secrets in its headers and body."""
    if reply.status < 400 and not _NAMES_ERROR.search(reply.body):
        return reply
    forms = forms_of(request.secrets, keep_words=True)
    headers = tuple((name, hide(value, forms)) for name, value in reply.headers)
    return reply._replace(headers=headers, body=hide_in_bytes(reply.body, forms))
