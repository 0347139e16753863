"""What a killed keyrack left half done is finished by the next one."""

from __future__ import annotations

from keyrack.operations.parts import Parts
from keyrack.operations.receipt import Receipt, of_findings


def tidy(parts: Parts) -> Receipt:
    """A line for each credential on which something was begun and not seen to its end; mostly none.

    Reads the records, and asks the store only where there is something to do; it never makes
    the system ask for a password. Another process's work is left to it. Raises nothing for
    what the store does. Not for the screen's thread.
    """
    return of_findings(parts.rack().tidy(), "what was half done is finished")
