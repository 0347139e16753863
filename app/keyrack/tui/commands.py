"""The palette's jump to a server."""

from __future__ import annotations

from functools import partial

from textual.command import Hit, Hits, Provider

from keyrack.tui.present import Tone, join, safe, say, state
from keyrack.tui.screens.main import MainScreen


class ServerCommands(Provider):
    """ "Go to linear". Names are shown as they are: the palette's own highlighter would read markup."""

    async def search(self, query: str) -> Hits:
        screen = self.screen
        if not isinstance(screen, MainScreen):
            return
        matcher = self.matcher(query)
        for row in list(screen.rows.values()):
            name = safe(row.server.name, 80)
            score = matcher.match(f"Go to {name}")
            if score > 0:
                words = join(say("Go to ", Tone.DIM), say(name), "  ", state(row.status.state))
                yield Hit(score, words, partial(screen.go_to, row.key), text=name)
