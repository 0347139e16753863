"""The list's column "Expires"."""

from __future__ import annotations

from keyrack.domain.model import CredentialInfo
from keyrack.domain.status import State
from keyrack.wording.glyphs import NOTHING
from keyrack.wording.times import relative
from keyrack.wording.tones import Tone


def expiry(kind: str, state: State, credential: CredentialInfo | None, now: float) -> tuple[str, Tone]:
    """When the credential expires, in words with their tone. `now`: Unix seconds.

    Only that: `wording.last` has what happened to it. What was refused has no end any more, and a program's
    own header has none that keyrack knows.
    """
    if credential is None or kind in ("header", "stdio") or credential.refused_at is not None:
        return NOTHING, Tone.DIM
    if credential.expires_at is None:
        return "unknown", Tone.DIM
    tone = {State.EXPIRING: Tone.WARN, State.VALID: Tone.PLAIN}.get(state, Tone.DIM)
    return relative(credential.expires_at - now), tone
