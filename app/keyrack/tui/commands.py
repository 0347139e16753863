"""The palette's commands: everything with a key, a few without, and each server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from keyrack.domain.named_tuple import NamedTuple
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, safe, say
from keyrack.tui.servers.facts import status_of_row
from keyrack.tui.servers.main import MainScreen
from keyrack.wording.tones import Tone

KEY, NAME = 7, 17  # columns


class Command(NamedTuple):
    key: str  # "" if it has none
    name: str
    help: str
    run: Callable[[], Any]


class Commands(Provider):
    """Shows each command with its key, so that users can learn the keys here.

    There is only one provider, because the order of results from several is not defined.
    """

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(_line(command, say(command.name, Tone.STRONG)), command.run, command.name)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                line = _line(command, matcher.highlight(command.name))
                yield Hit(score, line, command.run, text=command.name)
        screen = self.screen
        if not isinstance(screen, MainScreen):
            return
        for row in list(screen.rows.values()):
            name = safe(row.server.name, 80)
            score = matcher.match(f"Go to {name}")
            if score > 0:
                # Not the palette's own highlighter: it would interpret markup in names.
                words = join(" " * KEY, say("Go to ", Tone.DIM), say(name), "  ", status_of_row(row))
                yield Hit(score, words, partial(screen.go_to, row.key), text=name)

    def _commands(self) -> Iterable[Command]:
        app, screen = self.app, self.screen
        if isinstance(screen, MainScreen):
            for binding in (b for b in keymap.MAIN if b.tooltip):
                run = partial(app.call_later, screen.run_action, binding.action)
                yield Command(keymap.shown(binding), binding.description, binding.tooltip, run)
            for name, what, run in screen.actions.stores.commands():
                yield Command("", name, what, partial(app.call_later, run))
        yield Command("", "Theme", "Change the colors", app.action_change_theme)
        yield Command(
            keymap.app_key("suspend"), "Suspend", "Go to the shell; fg comes back", app.action_suspend_process
        )
        yield Command(keymap.app_key("quit"), "Quit", "Quit keyrack", app.action_quit)


def _line(command: Command, name: Content) -> Content:
    """ "C   Check all         Ask every server"."""
    gap = " " * max(NAME - len(command.name), 2)
    return join(say(command.key.ljust(KEY), Tone.KEY), name, gap, say(command.help, Tone.DIM))
