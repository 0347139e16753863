"""What the token form offers when a service that keyrack does not know has refused the token."""

from __future__ import annotations

from textual.content import Content

from keyrack.domain.errors import TokenRefused
from keyrack.operations.tokens.other_headers import other_ways
from keyrack.operations.tokens.set_token import Typed
from keyrack.tui.kit import keymap
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.present import error_text, join, say
from keyrack.wording.tones import Tone


def offer(error: TokenRefused, typed: Typed) -> Content:
    """The refusal, and the keys for the usual headers and for another one."""
    others, name = keymap.TOKEN_OTHERS
    *ways, last = (way.words for way in other_ways(typed))
    return join(
        say(error_text(error, IN_LIST), Tone.BAD),
        "\n",
        say("The server may want it in another header: "),
        say(keymap.shown(others), Tone.KEY),
        say(f" tries {', '.join(ways)} and {last}, one after the other. "),
        say(keymap.shown(name), Tone.KEY),
        say(" lets you name one."),
    )
