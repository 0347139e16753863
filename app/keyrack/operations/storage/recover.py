"""Finishes what a killed keyrack left unfinished, and rebuilds lost records."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Receipt, of_findings
from keyrack.operations.storage.repair import repair


def recover(adapters: Adapters) -> Receipt:
    """A line for each credential with an unfinished change; usually none.

    Reads the records, and uses the store only if there is something to do; never makes the
    system ask for a password. Skips what another process is working on. Failures of the store
    are not raised. Not for the screen's thread.
    """
    return of_findings(adapters.credentials().recover(), "an interrupted operation was finished")


def find_again(adapters: Adapters) -> Receipt:
    """If there is no record at all (a lost folder, or a copied vault), look for credentials in the store.

    Returns a line for each one found; without this, the list would suggest to log in everywhere again.
    A locked store is not asked. Failures of the store are not raised.
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
        return Receipt(())  # `keyrack doctor --repair` reports why
