"""Mistral Vibe: the list `[[mcp_servers]]` in `config.toml`.

A server's `auth` table names a token's variable.
"""

from __future__ import annotations

from keyrack.domain.model import Header
from keyrack.sources.connect import BY_SDK, Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.headers import header_of
from keyrack.sources.parsing.interpolate import BRACES, NONE
from keyrack.system import toml

STYLE = NONE
EDIT = NotMovable(
    "Vibe does not fill in variables in headers. Name one with api_key_env in the entry's auth table."
)
CONNECT = Connect(
    "mcp_servers",
    syntax="toml",
    is_list=True,
    process={"transport": "stdio"},
    remote={"transport": "streamable-http"},
    variable="auth.api_key_env",
    gives=BY_SDK,
)


def read(text: str, collector: Collector) -> None:
    servers.add_all(collector.listed(toml.parse(text), FORM.root), collector, FORM)


def _headers(fields: Fields) -> tuple[Header, ...]:
    """`api_key_format` says what is around the token: "Bearer {token}"."""
    found = fields.sub("auth") if fields.data.get("auth") is not None else fields
    variable = found.text("api_key_env")
    if not variable:
        return ()
    name = found.text("api_key_header") or "Authorization"
    value = (found.text("api_key_format") or "Bearer {token}").replace("{token}", f"${{{variable}}}")
    header = header_of(name, value, fields.collector, fields.entry, style=BRACES)
    return (header,) if header is not None else ()


FORM = servers.Form(
    root="mcp_servers", off=None, oauth="auth", redirect=("127.0.0.1", 47823, "/callback"), headers=_headers
)
