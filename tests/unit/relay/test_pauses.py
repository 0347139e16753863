"""How long a bridge waits, whatever the server names."""

from __future__ import annotations

import pytest

from keyrack.relay.pauses import SOON, pause_after


@pytest.mark.parametrize(
    ("named", "tries", "pause"),
    [(None, 0, 1.0), (0.0, 0, 1.0), (0.5, 3, 0.5), (0.001, 0, 0.1), (0.001, SOON, 1.0), (999999.0, 0, 300.0)],
)
def test_a_server_can_name_neither_no_pause_nor_an_endless_one(
    named: float | None, tries: int, pause: float
) -> None:
    assert pause_after(named, tries) == pause
