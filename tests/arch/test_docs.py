"""Files that the documentation mentions exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = re.compile(r"`([\w./-]+\.(?:py|toml|md|yml))`")


@pytest.mark.parametrize("page", ["docs/ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_each_file_that_a_page_names_exists(page: str) -> None:
    named = [name for name in FILE.findall((ROOT / page).read_text()) if "/" in name and "NAME" not in name]
    missing = [
        name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "app/keyrack"))
    ]
    assert missing == []
