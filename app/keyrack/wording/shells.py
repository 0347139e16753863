"""Lines that set an environment variable in a shell."""

from __future__ import annotations

import re

SHELLS = ("sh", "fish", "powershell")
# PowerShell takes typographic quotes for straight ones (about_Quoting_Rules).
_POWERSHELL_QUOTES = re.compile("['‘’‚‛]")


def setting(shell: str, name: str, value: str) -> str:
    """The line that sets the variable, for one of SHELLS. `name` must be a variable's name, and `value`
    have no NUL. The line for "sh" also works in fish: it has no backslash or quote between quotes."""
    if shell == "powershell":
        return f"$env:{name} = '{_POWERSHELL_QUOTES.sub(_twice, value)}';"
    quoted = "'" + re.sub(r"['\\]", _outside, value) + "'"
    return f"set -gx {name} {quoted};" if shell == "fish" else f"export {name}={quoted};"


def _twice(quote: re.Match[str]) -> str:
    return quote[0] * 2


def _outside(char: re.Match[str]) -> str:
    return f"'\\{char[0]}'"
