"""Tests a server whose URL contains a key, without revealing the key."""

from __future__ import annotations

from functools import partial

from keyrack.domain.model import AddressKey, Server
from keyrack.domain.redaction import hide
from keyrack.domain.resource import is_loopback
from keyrack.domain.status import UNTESTED
from keyrack.oauth.probe import Probed, probe
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import configured_headers, other_headers
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters

PLAIN_HTTP = (
    "keyrack does not send the key in the URL, because it is plain http: anyone on the network could read it."
)


def tried_with_its_key(adapters: Adapters, server: Server, key: AddressKey) -> Probed:
    """Does the server accept the key? "accepted" only if it refuses the same requests without it."""
    url = key.url.reveal()
    if not url:
        return Probed("unknown", "Only its program knows a part of its URL.")
    if not (url.startswith("https:") or is_loopback(url)):
        return Probed("unreachable", PLAIN_HTTP, refused=True)
    headers, others = configured_headers(server), other_headers(server)
    http_client = http_client_for(adapters, server)
    try:
        send = partial(http_client.send, server_url=url)
        found = send_all(probe(url, headers, others=others), send)
        if found.verdict in ("open", "accepted") and key.bare:
            without = send_all(probe(key.bare, headers, others=others, older=found.older), send)
            if without.verdict == found.verdict:
                return found._replace(reason=UNTESTED)
    finally:
        http_client.close()
    if found.verdict in ("open", "required"):
        verdict = "accepted" if found.verdict == "open" else "refused"
        reason = "" if found.verdict == "open" else "The server refused the key in the URL."
        found = found._replace(verdict=verdict, reason=reason)
    return found._replace(reason=hide(found.reason, (each.reveal() for each in key.values if each)))
