"""A lab for each worker, and homes in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.clients.lab import Lab, running_lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A network of its own, with an authorization server, an MCP server and a keychain."""
    with running_lab() as lab:
        yield lab
