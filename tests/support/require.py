"""Skips a test that this machine can't run, unless all tests are required."""

from __future__ import annotations

import os

import pytest


def need(missing: str, present: bool = False) -> None:
    """Skip the test with the reason `missing`, unless that is "" or the thing is `present`.

    Fails the test instead when KEYRACK_TEST_REQUIRE=all.
    """
    if present or not missing:
        return
    if os.environ.get("KEYRACK_TEST_REQUIRE") == "all":
        pytest.fail(f"{missing}, and KEYRACK_TEST_REQUIRE=all", pytrace=False)
    pytest.skip(missing)
