"""The list's column "Expires"."""

from __future__ import annotations

from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.status import State
from keyrack.wording.glyphs import NOTHING
from keyrack.wording.times import relative, until
from keyrack.wording.tones import Tone


def expiry(
    kind: str, state: State, credential: CredentialInfo | None, check: Check | None, now: float
) -> tuple[str, Tone]:
    """When the credential expires, in words with their tone. `now`: Unix seconds.

    For a server that could not be reached and has no credential here: when it was checked.
    """
    if state is State.UNREACHABLE and check is not None and credential is None:
        return f"checked {relative(check.at - now)}", Tone.DIM
    if credential is None or kind in ("header", "stdio"):
        return NOTHING, Tone.DIM
    if credential.refused_at is not None:
        return "refused", Tone.BAD
    tone = {State.EXPIRING: Tone.WARN, State.VALID: Tone.PLAIN}.get(state, Tone.DIM)
    return until(credential.expires_at, now), Tone.DIM if credential.expires_at is None else tone
