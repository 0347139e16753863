"""Rebuilds lost records from the credentials in the store."""

from __future__ import annotations

from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Receipt, of_findings


def repair(adapters: Adapters) -> Receipt:
    """A line for each credential without a record: rebuilt, or why not. Nothing is deleted.

    A store that can't list its entries has an index; in case that is lost too, the configured
    servers are also tried. Raises StoreUnavailable and its kinds, Temporary.
    """
    keys = [server.key for server in adapters.read().servers if server.key]
    configured = {*keys, *(key._replace(name="") for key in keys)}
    return of_findings(adapters.credentials().repair(configured), "its record is rebuilt")
