"""When to ask a server again: Retry-After (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import math

from keyrack.oauth.http import Response

LONGEST = 31 * 86400.0  # seconds; longer times are not shown
IN_SECONDS_ALONE = 120  # longer times are also shown in minutes


def retry_after(reply: Response) -> float | None:
    """The seconds in Retry-After, or until the date in it, by the server's own clock.

    None if it is absent or invalid, or a date in a reply without `Date`.
    """
    value = (reply.header("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:12])
    else:
        then, now = _moment(value), _moment(reply.header("Date") or "")
        if then is None or now is None:
            return None
        seconds = max(then - now, 0.0)
    return seconds if seconds <= LONGEST else None


def asks_to_wait(reply: Response) -> str:
    """Retry-After as the end of a sentence, such as ", and asks to wait 47 s"; "" if absent."""
    seconds = retry_after(reply)
    if seconds is not None:
        whole = math.ceil(seconds)
        minutes = f" ({math.ceil(whole / 60)} min)" if whole > IN_SECONDS_ALONE else ""
        return f", and asks to wait {whole} s{minutes}"
    moment = _moment(reply.header("Retry-After") or "")
    if moment is None:
        return ""
    import time

    return time.strftime(", and asks to wait until %Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))


def _moment(text: str) -> float | None:
    """An HTTP date in Unix seconds (RFC 9110, section 5.6.7)."""
    if not 0 < len(text) <= 64:
        return None
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
