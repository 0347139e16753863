"""What happened last to a credential: apart from its expiry."""

from __future__ import annotations

import pytest

from keyrack.domain.model import Check, CredentialInfo
from keyrack.wording.last import NOTHING_YET, Last, last
from keyrack.wording.tones import Tone

NOW = 1_000_000.0
OAUTH = CredentialInfo("oauth", obtained_at=NOW - 7200)


@pytest.mark.parametrize(
    ("credential", "check", "failed_at", "shown"),
    [
        (None, None, None, NOTHING_YET),
        (OAUTH, None, None, Last("logged in 2 h ago", Tone.DIM)),
        (OAUTH._replace(kind="token"), None, None, Last("stored 2 h ago", Tone.DIM)),
        (OAUTH._replace(refreshed_at=NOW - 7200), None, None, Last("renewed 2 h ago", Tone.DIM)),
        (OAUTH, Check(NOW - 90, "accepted"), None, Last("checked 1 min ago", Tone.DIM)),
        (None, Check(NOW - 90, "unreachable"), None, Last("not reached 1 min ago", Tone.WARN, "!")),
        (None, Check(NOW - 90, "refused"), None, Last("refused 1 min ago", Tone.BAD, "✕")),
        (OAUTH._replace(refused_at=NOW - 90), None, None, Last("refused 1 min ago", Tone.BAD, "✕")),
        (
            OAUTH._replace(refresh_refused_at=NOW - 90),
            None,
            None,
            Last("renewal refused 1 min ago", Tone.BAD, "✕"),
        ),
        (OAUTH, None, NOW - 180, Last("failed 3 min ago", Tone.WARN, "!")),
        (OAUTH, Check(NOW - 90, "accepted"), NOW - 180, Last("checked 1 min ago", Tone.DIM)),
        (OAUTH, Check(NOW - 180, "accepted"), NOW - 90, Last("failed 1 min ago", Tone.WARN, "!")),
        (OAUTH, Check(NOW + 60, "accepted"), None, Last("checked just now", Tone.DIM)),
    ],
)
def test_the_latest_is_told(
    credential: CredentialInfo | None, check: Check | None, failed_at: float | None, shown: Last
) -> None:
    assert last(credential, check, NOW, failed_at) == shown
