"""The lines of the detail about secrets that are in plain text in programs' files."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyrack.domain.model import EntrySecret, Server, Source
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import HIDDEN, join, say
from keyrack.tui.servers.held_facts import Lines, at_line, spot_of
from keyrack.wording.states import IN_PLAIN_TEXT, SWITCHED_OFF
from keyrack.wording.tones import Tone


def source_line(source: Source, line: int | None = None) -> Content:
    """Where an entry is: "Claude Code (user)  ~/.claude.json, line 12"."""
    scope = f" ({source.scope})" if source.scope else ""
    off = f" · {SWITCHED_OFF}" if source.disabled else ""
    return join(say(source.client), say(f"{scope}{off}  {at_line(source.path, line)}", Tone.DIM))


def warning(not_movable_because: str, several: bool = False) -> Content:
    """That it is in the file, and the key that moves it away from there."""
    words = say(f"{IN_PLAIN_TEXT} in the file", Tone.WARN)
    if not_movable_because:
        return join(words, say(f" · {not_movable_because}", Tone.DIM))
    what = "moves them" if several else "moves it"
    return join(
        words, say(" · ", Tone.DIM), say(keymap.key_of("adopt"), Tone.KEY), say(f" {what} to the keychain")
    )


def secret_facts(server: Server, lines: Lines) -> list[Content]:
    """A block for each entry of a local process that has some, and for each reason why they have to stay."""
    found: dict[tuple[Source, str], list[EntrySecret]] = {}
    for secret in server.entry_secrets:
        found.setdefault((secret.source, secret.not_movable_because), []).append(secret)
    return [
        _block(source, why, secrets, lines.get(spot_of(source))) for (source, why), secrets in found.items()
    ]


def _block(source: Source, why: str, secrets: Sequence[EntrySecret], line: int | None) -> Content:
    named = [
        join(
            say(secret.name),
            say(f" {HIDDEN}", Tone.DIM),
            say("" if secret.variable == secret.name else f" {secret.reference}", Tone.DIM),
        )
        for secret in secrets
    ]
    return Content("\n").join([*named, source_line(source, line), warning(why, len(secrets) > 1)])
