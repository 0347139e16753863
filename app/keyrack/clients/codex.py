"""Codex CLI: `[mcp_servers.NAME]` in `config.toml`. It writes no `${X}`: fields name the variables."""

from __future__ import annotations

from keyrack.clients import entries, toml
from keyrack.clients.gather import Fields, Gather
from keyrack.clients.headers import header_of, headers_of
from keyrack.clients.interpolate import BRACES, NONE
from keyrack.domain.model import ClientSettings, Header

STYLE = NONE
TAKES_REFERENCES = True


def read(text: str, gather: Gather) -> None:
    for name, entry in gather.entries(gather.table(toml.parse(text), "mcp_servers")):
        fields = Fields(entry, gather, name)
        client = ClientSettings(scopes=fields.words("scopes"))
        entries.add(gather, name, entry, client=client, headers=_headers(fields))


def _headers(fields: Fields) -> tuple[Header, ...]:
    gather, entry = fields.gather, fields.entry
    found: list[Header | None] = []
    bearer = fields.text("bearer_token_env_var")
    if bearer:
        found.append(header_of("Authorization", f"Bearer ${{{bearer}}}", gather, entry, style=BRACES))
    for name, variable in fields.table("env_http_headers").items():
        reference = f"${{{variable}}}" if isinstance(variable, str) else variable
        found.append(header_of(name, reference, gather, entry, style=BRACES))
    own = headers_of(fields.table("http_headers"), gather, entry)
    return entries.joined(tuple(header for header in found if header is not None), own)
