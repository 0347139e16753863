"""Servers of many services, to store a token for with `keyrack set`."""

from __future__ import annotations

from pathlib import Path

from keyrack.domain.model import CredentialKey, Server, Source, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.operations.ports import Adapters
from keyrack.services.known import KnownServices
from support.canned import World, rpc, unauthorized
from support.cli_kit import run
from support.workbench import build

URLS = {
    "github": "https://api.githubcopilot.com/mcp/",
    "datadog": "https://mcp.datadoghq.com/mcp",
    "jira": "https://mcp.atlassian.com/v1/mcp",
    "honeycomb": "https://mcp.honeycomb.io/mcp",
    "grafana": "https://mcp.grafana.com/mcp",
    "pagerduty": "https://mcp.pagerduty.com/mcp",
    "sentry": "https://mcp.sentry.dev/mcp",
    "notion": "https://mcp.notion.com/mcp",
    "exa": "https://mcp.exa.ai/mcp",
    "internal": "https://tools.example/mcp",
}

GHP = "ghp_" + "a" * 36


class Desk:
    """All the servers, credentials in memory, and a network where every server takes a credential."""

    def __init__(self, cards: Path | None = None, takes: bool = True) -> None:
        found = (Source("keyrack", "/config.toml", ""),)
        servers = tuple(Server(name, url, sources=found) for name, url in URLS.items())
        self.sent: list[Request] = []

        def answer(request: Request) -> Response:
            if not any(isinstance(value, Secret) for value in request.headers.values()):
                return unauthorized()
            self.sent.append(request)
            return rpc({"tools": []}) if takes else unauthorized()

        world = World(**{f"POST {url}": answer for url in URLS.values()})
        self.adapters: Adapters = build(world, servers=servers)._replace(
            services=lambda: KnownServices(None if cards is None else str(cards))
        )

    def set(self, *words: str) -> int:
        return run(["set", *words], adapters=lambda **_: self.adapters)

    def stored_credential(self, name: str) -> StoredCredential | None:
        return self.adapters.credentials().load(CredentialKey.of(URLS[name].rstrip("/")))

    def headers(self, name: str) -> dict[str, str]:
        stored_credential = self.stored_credential(name)
        return {key: value.reveal() for key, value in stored_credential.headers} if stored_credential else {}

    def fields(self, name: str) -> dict[str, str]:
        stored_credential = self.stored_credential(name)
        return {key: value.reveal() for key, value in stored_credential.fields} if stored_credential else {}
