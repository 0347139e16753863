"""Ten thousand random keys, at random speeds, on a home that has one of everything.

Nothing crashes or hangs, and no credential, no file of another program and no browser is touched but by a key
that was pressed for that: a dialog's 300 ms after it was drawn, or a login's. `KEYRACK_TEST_SEED=number` runs
that seed alone, `KEYRACK_TEST_KEYS=number` with so many keys.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.tui.app import KeyrackApp
from support.full_home import FullHome
from support.monkey import Monkey, loop_errors
from support.screens import screen_test, terminal
from support.witness import AheadClock, Witness

SEEDS = [int(word) for word in os.environ.get("KEYRACK_TEST_SEED", "").split()] or list(range(10))
LEAST = 8  # kinds of screens that a run must have been in, or it proves little
KEYS = int(os.environ.get("KEYRACK_TEST_KEYS", "1000"))


@pytest.mark.slow("a thousand keys, each with all its effects")
@pytest.mark.parametrize("seed", SEEDS)
@screen_test
async def test_random_keys_do_no_harm(seed: int, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_home)
    home, clock = FullHome(own_home, monkeypatch), AheadClock()
    witness = Witness(home, clock, monkeypatch)
    monkey = Monkey(seed, home, witness, clock)
    starts = 0
    with loop_errors(witness.wrong):
        while monkey.pressed < KEYS:
            starts += 1
            app = KeyrackApp(lambda: home.adapters)
            async with terminal(app, (80, 24)) as t:
                await monkey.play(t, KEYS)
                if monkey.pressed >= KEYS and app.is_running and app.screen_stack:
                    await monkey.go_home(t)
            monkey.check()
    print(f"seed {seed}: {starts} starts; {monkey.summary()}")
    assert KEYS < 1000 or len(monkey.opened) >= LEAST, monkey.opened
