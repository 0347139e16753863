"""The names of programs in their list."""

from __future__ import annotations

import pytest

from keyrack.operations.sharing.clients import Client
from keyrack.sources.programs import PROGRAMS
from keyrack.tui.clients.client_words import program

NAMES = [each.name for each in PROGRAMS if len(each.name) <= 14]


@pytest.mark.parametrize(("width", "names"), [(76, NAMES), (116, [each.name for each in PROGRAMS])])
def test_names_are_not_cut_where_there_is_room(width: int, names: list[str]) -> None:
    for name in names:
        shown = program(Client(name, (), ()), 0.0, width).plain
        assert shown.startswith(f"{name} ") and "not found" in shown
