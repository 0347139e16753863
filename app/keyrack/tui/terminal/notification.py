"""A desktop notification by the terminal. Over ssh, it appears where the person sits.

OSC 9 is for iTerm2, kitty, WezTerm and Ghostty; OSC 777 for urxvt, foot, Konsole and those based on VTE. A
terminal that knows neither ignores both.
"""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.text import plain

ESC = "\x1b"
END = f"{ESC}\\"  # ST (ECMA-48, section 8.3.143); unlike BEL, it never rings
BELL = "\a"
LONGEST = 200  # characters of each text
_OF_777 = ("rxvt", "foot")  # how their TERM starts
_NEITHER = ("", "dumb", "linux")  # the console of Linux shows what it does not know


def notification(title: str, text: str, env: Mapping[str, str]) -> str:
    """The control sequence; "" for a terminal that could show it as text.

    Whatever the texts are, it is one sequence: control characters are removed, and the semicolon, which
    separates a sequence's parameters, is replaced.
    """
    term = env.get("TERM", "")
    if term in _NEITHER:
        return ""
    title, text = _parameter(f"keyrack: {title}"), _parameter(text)
    if term.startswith(_OF_777) or "VTE_VERSION" in env or "KONSOLE_VERSION" in env:
        sequence = f"{ESC}]777;notify;{title};{text}{END}"
    else:
        # It starts with a letter: ConEmu and Windows Terminal take a number for a command of theirs.
        sequence = f"{ESC}]9;{title}: {text}{END}"
    if "TMUX" in env:  # which passes it on only where its user allows that (allow-passthrough)
        return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{END}"
    return sequence


def _parameter(text: str) -> str:
    return plain(text, LONGEST).replace(";", ",")
