"""keyrack as the suite's client: `client.py http://localhost:PORT/mcp`.

A browser is one GET that follows redirects: the suite's /authorize has no login page.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import httpx

import keyrack
from keyrack import wiring
from keyrack.domain.secret import Secret
from keyrack.operations.login.options import LoginOptions
from keyrack.store.credential_store import memory_credential_store

NEWEST = "2026-07-28"
METADATA_DOCUMENT = "https://conformance-test.local/client-metadata.json"  # the suite knows it


def browse(url: str) -> bool:
    def go() -> None:
        with httpx.Client(follow_redirects=True, trust_env=False) as client:
            client.get(url)

    threading.Thread(target=go, daemon=True).start()
    return True


def main(url: str) -> None:
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    secret, key = context.get("client_secret"), context.get("private_key_pem")
    if "client-credentials" in os.environ.get("MCP_CONFORMANCE_SCENARIO", ""):
        configure(url, context["client_id"])
    options = LoginOptions(
        client_id=context.get("client_id"),
        client_secret=Secret(secret) if secret else None,
        client_key=Secret(key) if key else None,
        client_metadata_url=METADATA_DOCUMENT,
        wait=15,
    )
    adapters = wiring.adapters(browse=browse, credentials=memory_credential_store(time.time))
    auth = keyrack.Auth(url, interactive=True, options=options, adapters=adapters)
    with httpx.Client(auth=auth, timeout=20, trust_env=False) as client:
        talk(client, url, os.environ.get("MCP_CONFORMANCE_PROTOCOL_VERSION", "2025-11-25"))


def configure(url: str, client_id: str) -> None:
    """keyrack's own file, as a person writes it for a machine."""
    folder = Path(os.environ["HOME"]) / ".config" / "keyrack"
    folder.mkdir(parents=True, exist_ok=True)
    fields = {"url": url, "client_id": client_id, "grant_type": "client_credentials"}
    entry = "\n".join(f'{key} = "{value}"' for key, value in fields.items())
    (folder / "config.toml").write_text(f"[servers.machine]\n{entry}\n")


def talk(client: httpx.Client, url: str, version: str) -> None:
    """List the tools and call one, on the wire of the revision."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": version}
    info = {"name": "keyrack", "version": "1"}
    meta = {}
    if version >= NEWEST:
        prefix = "io.modelcontextprotocol/"
        fields = {"protocolVersion": version, "clientInfo": info, "clientCapabilities": {}}
        meta = {"_meta": {prefix + key: value for key, value in fields.items()}}
    else:
        params = {"protocolVersion": version, "capabilities": {}, "clientInfo": info}
        reply = post(client, url, headers, "initialize", params)
        session = reply.headers.get("Mcp-Session-Id")
        headers |= {"Mcp-Session-Id": session} if session else {}
        client.post(url, json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    for method, params in (("tools/list", {}), ("tools/call", {"name": "test-tool", "arguments": {}})):
        named = {"Mcp-Method": method, **({"Mcp-Name": params["name"]} if "name" in params else {})}
        post(client, url, headers | (named if meta else {}), method, {**params, **meta})


def post(client: httpx.Client, url: str, headers: dict, method: str, params: dict) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return client.post(url, json=body, headers=headers)


if __name__ == "__main__":
    main(sys.argv[-1])
