"""The public conformance suite's client scenarios that are about the transport, through a bridge."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.conformance.runner import FOLDER, Runner, runner

RUNS = [
    *(
        (scenario, revision)
        for revision in ("2025-06-18", "2025-11-25")
        for scenario in ("initialize", "tools_call")
    ),
    *((scenario, "2025-11-25") for scenario in ("elicitation-sep1034-client-defaults", "sse-retry")),
    *(
        (scenario, "2026-07-28")
        for scenario in (
            "tools_call request-metadata http-standard-headers http-custom-headers http-invalid-tool-headers "
            "sep-2322-client-request-state json-schema-ref-no-deref json-schema-2020-12-preservation"
        ).split()
    ),
]


@pytest.fixture(scope="module")
def suite() -> Iterator[Runner]:
    with runner("conformance-0.2") as running:
        yield running


@pytest.mark.parametrize(("scenario", "revision"), RUNS)
def test_conformance_through_a_bridge(suite: Runner, scenario: str, revision: str, tmp_path: Path) -> None:
    client = f"{sys.executable} {FOLDER / 'bridged.py'}"
    words = ("--command", client, "--scenario", scenario, "--spec-version", revision, "-o", str(tmp_path))
    said = suite.run("client", *words)
    assert "OVERALL: PASSED" in said, said[-3000:]
