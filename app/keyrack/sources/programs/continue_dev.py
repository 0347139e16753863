"""Continue: the list `mcpServers` in `config.yaml`.

`${{ secrets.X }}` is a variable, and `${X}` is literal text.
"""

from __future__ import annotations

from keyrack.domain.model import Header
from keyrack.sources.connect import Connect
from keyrack.sources.edit import ByHand
from keyrack.sources.parsing import entries, servers
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.headers import header_of, headers_of
from keyrack.sources.parsing.interpolate import SECRETS_OR_INPUT
from keyrack.system import yaml

STYLE = SECRETS_OR_INPUT
EDIT = ByHand("it is YAML", "${{ secrets.NAME }}")
CONNECT = Connect(
    syntax="yaml",
    is_list=True,
    process={"type": "stdio"},
    remote={"type": "streamable-http"},
    reference="${{ secrets.NAME }}",
    headers=("requestOptions", "headers"),
)
IN_KEY = "It is in the entry's apiKey. Put apiKey: ${{ secrets.NAME }} there yourself."


def read(text: str, collector: Collector) -> None:
    document = yaml.parse(text)
    collector.repeated(document.repeated)
    servers.add_all(collector.listed(document.data, FORM.root), collector, FORM)


def _headers(fields: Fields) -> tuple[Header, ...]:
    collector, entry = fields.collector, fields.entry
    found = headers_of(fields.sub("requestOptions").table("headers"), collector, entry)
    key = fields.text("apiKey")
    header = header_of("Authorization", f"Bearer {key}", collector, entry) if key else None
    if header is None:
        return found
    because = header.not_movable_because or IN_KEY if header.plaintext else ""
    return entries.joined(found, (header._replace(not_movable_because=because),))


FORM = servers.Form(off=None, headers=_headers)
