"""The list of the places where keyrack looks."""

from __future__ import annotations

from textual.style import Style
from textual.visual import RenderOptions

from keyrack.domain.reading import Place, Problem
from keyrack.operations.servers.overview import Overview
from keyrack.tui.servers.source_words import all_places


def test_what_is_wrong_stands_before_the_places() -> None:
    problem = Problem("Cursor", "/etc/mcp.json", "“url” should be text.", entry="broken")
    visual = all_places(Overview((), (problem,), (Place("Cursor", "/etc/mcp.json", "2 servers"),)))
    strips = visual.render_strips(80, None, Style(), RenderOptions(lambda name: Style(), {}))
    lines = [strip.text.strip() for strip in strips]
    assert lines == [
        "Problems",
        "! broken: “url” should be text.",
        "Cursor, /etc/mcp.json",
        "",
        "Cursor          2 servers   /etc/mcp.json",
    ]
