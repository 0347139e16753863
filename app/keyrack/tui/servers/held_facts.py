"""The lines of the detail about what other programs hold for the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from keyrack.domain.errors import BadUrl
from keyrack.domain.held import HeldToken, Key
from keyrack.domain.model import Server, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin
from keyrack.operations.sharing.published import is_published
from keyrack.tui.kit.present import join, say, short_path
from keyrack.wording.glyphs import WARNING
from keyrack.wording.held import exposed, held_words
from keyrack.wording.times import relative
from keyrack.wording.tones import Tone


class Spot(NamedTuple):
    """A row or an entry in a file; the key of its line."""

    path: str
    row: tuple[Key, ...]


Lines = Mapping[Spot, int | None]


def spot_of(what: HeldToken | Source) -> Spot:
    if isinstance(what, HeldToken):
        return Spot(what.place.path, what.row)
    return Spot(what.path, (what.client, what.scope, what.name))


def at_line(path: str, line: int | None) -> str:
    return short_path(path) + (f", line {line}" if line else "")


def held_facts(server: Server, tokens: Sequence[HeldToken], now: float, lines: Lines) -> list[Content]:
    """A block for each token. `lines`: where the rows stand in their files, as far as that is known."""
    return [Content("\n").join(_block(server, held, now, lines.get(spot_of(held)))) for held in tokens]


def _block(server: Server, held: HeldToken, now: float, line: int | None) -> list[Content]:
    words, tone = held_words(held, now)
    account = say(f" · {held.label}") if held.label else Content("")
    found = [
        join(say(held.client), "  ", say(words, tone), account),
        say(_where(held, line), Tone.DIM),
        say("published by keyrack" if is_published(server, held.client) else _how(held, now), Tone.DIM),
    ]
    if warning := exposed(held.place):
        found.append(say(f"{WARNING} {warning}", Tone.WARN))
    return found


def _where(held: HeldToken, line: int | None) -> str:
    item = held.place.item
    if item is not None:
        return f"keychain item {item.service}" + (f", {item.account}" if item.account else "")
    return at_line(held.place.path, line)


def _how(held: HeldToken, now: float) -> str:
    """A login of its own: at which issuer, and since when."""
    words = ["its own login"]
    if held.issuer:
        try:
            words = [f"its own login at {origin(held.issuer).partition('://')[2]}"]
        except BadUrl:
            pass
    if held.since is not None:
        words.append(f"stored {relative(held.since - now)}")
    return " · ".join(words)
