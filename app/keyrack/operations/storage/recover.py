"""What a killed keyrack left half done is finished by the next one, and lost records are made anew."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Receipt, of_findings
from keyrack.operations.storage.repair import repair


def recover(adapters: Adapters) -> Receipt:
    """A line for each credential on which something was begun and not seen to its end; mostly none.

    Reads the records, and asks the store only where there is something to do; it never makes
    the system ask for a password. Another process's work is left to it. Raises nothing for
    what the store does. Not for the screen's thread.
    """
    return of_findings(adapters.credentials().recover(), "an interrupted operation was finished")


def find_again(adapters: Adapters) -> Receipt:
    """Look into the store where no record of any credential is left: the folder is gone, the vault a copy.

    A line for each that was found; without it the list would advise to log in anew to everything.
    Nothing is asked of a store that is locked. Raises nothing for what the store does.
    """
    credentials = adapters.credentials()
    if any(record.credential for record in credentials.records().values()):
        return Receipt(())
    store = credentials.state()
    if not store.ready or store.locked or not store.persistent:
        return Receipt(())
    try:
        return repair(adapters)
    except KeyrackError:
        return Receipt(())  # doctor --repair tells why
