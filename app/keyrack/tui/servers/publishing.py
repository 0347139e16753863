"""Publishes a fresh token to the programs that are to have it (`keyrack publish`), in the background."""

from __future__ import annotations

from keyrack.domain.model import Server
from keyrack.operations.sharing.publishing import publish_again
from keyrack.tui.kit.background import in_background
from keyrack.tui.servers.list_screen import ListScreen


def publish_later(screen: ListScreen, server: Server) -> None:
    """A failure is shown, and changes nothing about the refresh."""
    host = screen.host

    def done(sentences: tuple[str, ...]) -> None:
        for sentence in sentences:
            host.say(f"{server.display_name}: {sentence}", severity="error")

    in_background(screen, lambda: publish_again(host.adapters(), server), done, host.say_error)
