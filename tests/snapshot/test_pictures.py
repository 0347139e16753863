"""Pictures of the screens. After an intended change: pytest tests/snapshot --snapshot-update."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from support.css_cache import share_parsed_css
from support.pictures import LOOKS, SCENES, scene_app, still
from support.undrawn import leave_undrawn

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the pictures were made with Python 3.11"
)
PLUGIN = "TEXTUAL_SNAPSHOT_TEMPDIR"  # set by the plugin before the tests' bare environment
REPORTS = os.environ.get(PLUGIN, "")


@pytest.fixture(scope="session", autouse=True)
def quick_screens() -> None:
    share_parsed_css()
    leave_undrawn()


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch, own_home: object) -> Iterator[None]:
    monkeypatch.setenv(PLUGIN, REPORTS)
    monkeypatch.setenv("TZ", "UTC")
    still()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(name, size, id=f"{name}-{size[0]}x{size[1]}")
        for name, scene in SCENES.items()
        for size in scene.sizes
    ],
)
def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int], look: str, snap_compare: Any) -> None:
    app, play = scene_app(name, look)
    assert snap_compare(app, terminal_size=size, run_before=play)
