"""How things look on the screen: colors, and untrusted text made safe to show.

It is the only module with colors, and every string from outside passes through it. `Content`
and `Text` objects contain no markup, so a server named "[@click=…]" is shown as these
characters. What the command line also shows is in `wording`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.style import Style as ContentStyle

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import MASK
from keyrack.domain.status import State
from keyrack.domain.text import plain
from keyrack.wording.signs import OUTCOMES, STEPS
from keyrack.wording.states import STATES, state_words
from keyrack.wording.tones import Tone

HIDDEN = MASK

# How Textual writes each tone. ServerTable's component classes say the same in its .tcss.
_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
    Tone.BUSY: "$text-primary",
    Tone.DIM: "$foreground 62%",
    Tone.KEY: "bold $footer-key-foreground",
    Tone.STRONG: "bold",
    Tone.CURSOR: "reverse",
}


# A camera needs dark modules on a light background, whatever the theme is.
_PICTURE = "#ffffff on #000000"

_TICK = {True: "[x]", False: "[ ]"}
_PICK = {True: "(•)", False: "( )"}


def safe(text: str, limit: int = 500) -> str:
    """Untrusted text on one line, without anything that acts on a terminal."""
    return plain(text, limit)


def say(text: str, tone: Tone = Tone.PLAIN, *, limit: int = 500) -> Content:
    """Untrusted text for a widget."""
    return Content.styled(safe(text, limit), _STYLES[tone])


def web_link(url: str, tone: Tone = Tone.PLAIN, *, limit: int = 500) -> Content:
    """A URL that the terminal opens or copies whole, also where it goes on in the next line (OSC 8)."""
    words = say(url, tone, limit=limit)
    safe_to_send = url.startswith(("https://", "http://")) and url.isascii() and url.isprintable()
    return words.stylize(ContentStyle(link=url)) if safe_to_send and " " not in url else words


def cell(text: str, style: Style, *, limit: int = 200) -> Text:
    """Untrusted text for the table."""
    return Text(safe(text, limit), style=style, no_wrap=True, overflow="ellipsis", end="")


def join(*parts: Content | str) -> Content:
    """The parts joined. Plain strings must be keyrack's own."""
    return Content.assemble(*(Content(part) if isinstance(part, str) else part for part in parts))


def short_path(path: str) -> str:
    """A path with the home folder as "~", as people and shells write it."""
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if home != os.sep and path.startswith(home + os.sep) else path


def short_paths(text: str) -> str:
    """The same for each path in a sentence."""
    home = os.path.expanduser("~")
    return re.sub(rf"(?<![\w/.~-]){re.escape(home + os.sep)}", "~" + os.sep.replace("\\", r"\\"), text)


def title(*words: str) -> Content:
    """A box's title: "Log in · linear"."""
    head, *rest = words
    return join(say(head, Tone.STRONG), *(say(f" · {word}", Tone.DIM, limit=60) for word in rest if word))


def named_store(name: str) -> str:
    """A store's name in a sentence: "the Secret Service", "the sealed vault", "memory"."""
    if name in ("memory", "none"):
        return name
    return "the sealed vault" if name == "Sealed vault" else f"the {name}"


def key_hint(key: str, what: str) -> Content:
    """ "l Login", as in the footer."""
    return join(say(key, Tone.KEY), " ", say(what, Tone.DIM))


def state(state: State) -> Content:
    return say(state_words(state), STATES[state].tone)


def busy_words(what: str) -> str:
    """What is being done with a row, instead of its state."""
    return f"… {what}"


def step_glyph(step_state: str) -> Content:
    """The glyph of a login step: running, done, failed, ahead."""
    glyph, tone = STEPS[step_state]
    return say(glyph, tone)


def ticked(on: bool) -> Content:
    """A check box."""
    return say(_TICK[on], Tone.KEY if on else Tone.DIM)


def chosen(on: bool) -> Content:
    """A radio button, selected or not."""
    return say(_PICK[on], Tone.KEY if on else Tone.DIM)


def outcome(what: str, result: str, detail: str = "") -> Content:
    """A receipt's line: "✓ Delete", "– Revoke  not supported by the server"."""
    glyph, words = outcome_parts(what, result, detail)
    return join(glyph, "  ", words)


def outcome_parts(what: str, result: str, detail: str = "") -> tuple[Content, Content]:
    """The same with the glyph and the words separate."""
    glyph, tone = OUTCOMES[result]
    words = [say(what, Tone.STRONG)]
    if result not in ("done", "to do"):
        words += ["  ", say(result, tone)]
    return say(glyph, tone), join(*words, *(["  ", say(detail, Tone.DIM)] if detail else []))


def error_text(error: BaseException, where: str = "") -> str:
    """A sentence and a hint, with the keys for what it says to do. `where`: where those work, as for `keyed`.

    An error that is not for people tells its kind only: its message could hold anything.
    """
    if isinstance(error, KeyrackError):
        from keyrack.tui.kit.keyed import keyed

        return f"{error} {keyed(error.hint, where=where)}".strip()
    return f"Something went wrong inside keyrack ({type(error).__name__})."


def dots(count: int) -> str:
    """A masked secret of this length."""
    return MASK[0] * count


def bar(share: float, width: int = 20) -> Content:
    """A progress bar; `done` is from 0 to 1."""
    full = round(min(max(share, 0.0), 1.0) * width)
    return join(say("━" * full, Tone.BUSY), say("─" * (width - full), Tone.DIM))


def more(above: bool, below: bool) -> Content:
    """Shows in which direction there is more to see, if there is."""
    signs = "▲" * above + "▼" * below
    return say(f"{signs} more") if signs else Content("")


def picture(rows: Iterable[str]) -> Content:
    """The rows of a QR code, in its own two colors."""
    return Content.styled("\n".join(rows), _PICTURE)


def blocks(rows: Iterable[str]) -> Content:
    """Big letters."""
    return Content.styled("\n".join(rows), _STYLES[Tone.BUSY])


def clock(seconds: float) -> str:
    """ "1:12"."""
    whole = max(int(seconds), 0)
    return f"{whole // 60}:{whole % 60:02}"
