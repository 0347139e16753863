"""What happened last to a server's credential, in words: the list's mark, and its column "Last"."""

from __future__ import annotations

from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.named_tuple import NamedTuple
from keyrack.wording.glyphs import FAILED, NOTHING, WARNING
from keyrack.wording.times import relative
from keyrack.wording.tones import Tone


class Last(NamedTuple):
    words: str  # "checked 12 min ago"
    tone: Tone
    mark: str = ""  # the sign of a failure, where there is no room for the words


NOTHING_YET = Last(NOTHING, Tone.DIM)


def last(
    credential: CredentialInfo | None, check: Check | None, now: float, failed_at: float | None = None
) -> Last:
    """The latest of what is known. Times are Unix seconds; `failed_at`: when what the user wanted failed.

    A failure and a refusal stay until something newer happens to the credential.
    """
    found: list[tuple[float, str, Tone, str]] = []  # of two at the same time, the later in the list
    if credential is not None:
        begun = "logged in" if credential.kind == "oauth" else "stored"
        found.append((credential.obtained_at, begun, Tone.DIM, ""))
        found.append((credential.refreshed_at or 0.0, "renewed", Tone.DIM, ""))
    if check is not None:
        found.append((check.at, *_of_check(check)))
    if credential is not None:
        found.append((credential.refresh_refused_at or 0.0, "renewal refused", Tone.BAD, FAILED))
        found.append((credential.refused_at or 0.0, "refused", Tone.BAD, FAILED))
    found.append((failed_at or 0.0, "failed", Tone.WARN, WARNING))
    at, what, tone, mark = max(reversed(found), key=lambda each: each[0])
    return Last(f"{what} {_ago(at, now)}", tone, mark) if at else NOTHING_YET


def _of_check(check: Check) -> tuple[str, Tone, str]:
    if check.verdict == "unreachable":
        return "not reached", Tone.WARN, WARNING
    if check.verdict == "refused":
        return "refused", Tone.BAD, FAILED
    return "checked", Tone.DIM, ""


def _ago(at: float, now: float) -> str:
    """A clock that was set back must not say that it will happen."""
    return "just now" if now - at < 1 else relative(at - now)
