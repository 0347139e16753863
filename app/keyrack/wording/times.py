"""Times in words. Times are Unix seconds in UTC; the current time is passed in."""

from __future__ import annotations

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400
SLACK = 5.0  # seconds: a new one-hour token is shown as one hour, not 59 minutes


def relative(seconds: float) -> str:
    """How far away a time is: "52 min", "3 d", "now"; in the past "2 h ago".

    Always rounded toward now, so that it never promises more time than there is.
    """
    if seconds != seconds:  # NaN, from a made-up number
        return "?"
    span = _span(abs(seconds))
    if span == "now":
        return span
    return f"{span} ago" if seconds < 0 else span


def until(expires_at: float | None, now: float) -> str:
    """When a token expires: like `relative`, or "expiry unknown"."""
    return "expiry unknown" if expires_at is None else relative(expires_at - now)


def good_for(expires_at: float | None, now: float) -> str:
    """The same in a sentence about a token: "good for 52 min", "expired 2 h ago", "expiry unknown"."""
    if expires_at is None:
        return "expiry unknown"
    left = expires_at - now
    if left <= 0:
        return f"expired {relative(left)}"
    return f"good for {relative(left + SLACK if left > MINUTE else left)}"


def lasting(verb: str, expires_at: float | None, now: float) -> str:
    """How long something holds for a token: "works until 14:52", "works (expiry unknown)"."""
    if expires_at is None:
        return f"{verb} (expiry unknown)"
    return f"{verb} until {local(expires_at, now)}"


def local(moment: float, now: float) -> str:
    """The local time, with the date if it is not today: "14:52"."""
    import time

    try:
        then, today = time.localtime(moment), time.localtime(now)
    except (OverflowError, ValueError, OSError):
        return "an impossible time"
    clock = time.strftime("%H:%M", then)
    return clock if then[:3] == today[:3] else f"{time.strftime('%Y-%m-%d', then)} {clock}"


def utc(moment: float | None) -> str | None:
    """ISO 8601 in UTC ("2026-03-01T12:00:00Z"); None for None, or outside 1970 to 9999."""
    if moment is None or not 0 <= moment < 253402300800:
        return None
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _span(seconds: float) -> str:
    if seconds < 1:
        return "now"
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h"
    if seconds < 2 * YEAR:
        return f"{int(seconds // DAY)} d"
    return f"{int(seconds // YEAR)} y" if seconds < 1000 * YEAR else "over 999 y"


_UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0, "y": 365 * 86400.0}


def parse_expiry(text: str, now: float) -> float:
    """Parse an expiry into Unix seconds: "90d" from now (h, d, w, y), or a date in UTC.

    Raises ValueError with a message that does not repeat the text.
    """
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) <= 5:
        moment = now + int(number) * _UNITS[unit]
    else:
        from datetime import UTC, datetime

        try:
            date = datetime.fromisoformat(text)
            moment = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            raise ValueError("must be a date (2026-12-31) or a duration (90d, 12h, 8w, 1y).") from None
    if moment <= now:
        raise ValueError("must be in the future.")
    return moment
