"""A home in which 26 programs configure servers, and those whose token files keyrack reads hold tokens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import md5, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keyrack.sources.tokens.programs.mcp_use_typescript import hash_of

ACCESS, REFRESH, LATER = "a" * 43, "r" * 43, 1900000000
REPLY = {
    "access_token": ACCESS,
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": REFRESH,
    "scope": "x",
}
CAMEL = {"accessToken": ACCESS, "refreshToken": REFRESH, "scope": "x"}
CLIENT = {"client_id": "bench"}


# Where programs configure servers, and the table in which these are.
CONFIGS = {
    ".claude.json": "mcpServers",
    ".cursor/mcp.json": "mcpServers",
    ".config/Code/User/mcp.json": "servers",
    ".config/mcp/servers.json": "mcpServers",
    ".config/Claude/claude_desktop_config.json": "mcpServers",
    ".codeium/windsurf/mcp_config.json": "mcpServers",
    ".gemini/settings.json": "mcpServers",
    ".qwen/settings.json": "mcpServers",
    ".config/opencode/opencode.json": "mcp",
    ".config/kilo/kilo.json": "mcp",
    ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json": "mcpServers",
    ".copilot/mcp-config.json": "mcpServers",
    ".lmstudio/mcp.json": "mcpServers",
    ".kiro/settings/mcp.json": "mcpServers",
    ".aws/amazonq/mcp.json": "mcpServers",
    ".factory/mcp.json": "mcpServers",
    ".qoder/mcp.json": "mcpServers",
    ".config/Trae/User/mcp.json": "mcpServers",
    ".gemini/antigravity/mcp_config.json": "mcpServers",
    ".config/crush/crush.json": "mcp",
    ".config/amp/settings.json": "amp.mcpServers",
    ".config/zed/settings.json": "context_servers",
    ".kimi-code/mcp.json": "mcpServers",
    ".mcporter/mcporter.json": "mcpServers",
}
TOML = {".codex/config.toml": "[mcp_servers.{name}]", ".vibe/config.toml": "[[mcp_servers]]\nname = '{name}'"}

PROGRAMS = len(CONFIGS) + len(TOML)


def configure(home: Path, urls: Sequence[tuple[str, str]]) -> None:
    """Spread the servers with these (name, URL) over the programs' configurations."""
    shares = [urls[number::PROGRAMS] for number in range(PROGRAMS)]
    for (path, table), share in zip(CONFIGS.items(), shares[: len(CONFIGS)], strict=True):
        entries = {
            name: {"type": "remote" if table == "mcp" else "http", "url": url, "serverUrl": url}
            for name, url in share
        }
        _write(home / path, {table: entries})
    for (path, table), share in zip(TOML.items(), shares[len(CONFIGS) :], strict=True):
        (home / path).parent.mkdir(parents=True)
        (home / path).write_text(
            "\n".join(f"{table.format(name=name)}\nurl = '{url}'" for name, url in share)
        )


def fill(home: Path, urls: Sequence[tuple[str, str]]) -> None:
    """Spread the tokens for these (name, URL) over the programs."""
    count = len(IN_ONE_FILE) + len(FILES)
    shares = [urls[number::count] for number in range(count)]
    for (path, content), share in zip(IN_ONE_FILE.items(), shares[: len(IN_ONE_FILE)], strict=True):
        _write(home / path, content(share))
    for files, share in zip(FILES, shares[len(IN_ONE_FILE) :], strict=True):
        for name, url in share:
            for path, content in files(name, url).items():
                _write(home / path, content)
    # What mcp-use's sessions name is the last share.
    sessions = {name: {"type": "http", "url": url, "authMode": "oauth"} for name, url in shares[-1]}
    _write(home / ".mcp-use/cli-sessions.json", {"sessions": sessions})


def _claude(servers: Any) -> Any:
    row = {**CAMEL, "expiresAt": LATER * 1000, "clientId": "bench"}
    rows = {f"{name}|0": {"serverName": name, "serverUrl": url, **row} for name, url in servers}
    return {"mcpOAuth": rows}


def _codex(servers: Any) -> Any:
    row = {"client_id": "bench", "access_token": ACCESS, "expires_at": LATER * 1000, "refresh_token": REFRESH}
    return {f"{name}|0": {"server_name": name, "server_url": url, **row} for name, url in servers}


def _gemini(servers: Any) -> Any:
    token = {**CAMEL, "expiresAt": LATER * 1000}
    return [
        {"serverName": name, "token": token, "mcpServerUrl": url, "updatedAt": 1} for name, url in servers
    ]


def _opencode(servers: Any) -> Any:
    tokens = {**CAMEL, "expiresAt": LATER + 0.5}
    return {
        name: {"tokens": tokens, "clientInfo": {"clientId": "bench"}, "serverUrl": url}
        for name, url in servers
    }


def _cline(servers: Any) -> Any:
    oauth = {"tokens": REPLY, "lastAuthenticatedAt": 1795694942515}
    return {"mcpServers": {name: {"transport": {"url": url}, "oauth": oauth} for name, url in servers}}


def _mcporter(servers: Any) -> Any:
    row = {"updatedAt": "2026-11-26T12:12:39.146Z", "tokens": REPLY}
    return {"entries": {name: {"serverName": name, "serverUrl": url, **row} for name, url in servers}}


def _mcpc(servers: Any) -> Any:
    row = json.dumps({**CAMEL, "expiresAt": LATER})
    return {f"auth-profile:{name}.example:default:tokens": row for name, _ in servers}


def _inspector(servers: Any) -> Any:
    account = "oauth+bench+{}:tokens:https://bench.example"
    rows = {account.format(quote(url, safe="")): json.dumps(REPLY) for _, url in servers}
    return {"encryption": "none", "secrets": rows}


def _mcp(servers: Any) -> Any:
    row = {"access_token": ACCESS, "refresh_token": REFRESH, "expires_at": LATER}
    return {"clients": {}, "tokens": {url: row for _, url in servers}}


def _crush(servers: Any) -> Any:
    row = {**REPLY, "expires_at": LATER}
    return {"mcp": {name: {"url": url, "oauth_token": row} for name, url in servers}}


def _antigravity(servers: Any) -> Any:
    return {url: REPLY for _, url in servers}


IN_ONE_FILE = {
    ".claude/.credentials.json": _claude,
    ".codex/.credentials.json": _codex,
    ".gemini/mcp-oauth-tokens.json": _gemini,
    ".qwen/mcp-oauth-tokens.json": _gemini,
    ".local/share/opencode/mcp-auth.json": _opencode,
    ".local/share/kilo/mcp-auth.json": _opencode,
    ".cline/data/settings/cline_mcp_settings.json": _cline,
    ".mcporter/credentials.json": _mcporter,
    ".mcpc/credentials.json": _mcpc,
    ".mcp-inspector/secrets.json": _inspector,
    ".config/mcp/auth.json": _mcp,
    ".local/share/crush/crush.json": _crush,
    ".gemini/antigravity-cli/mcp_oauth_tokens.json": _antigravity,
}


def _copilot(name: str, url: str) -> dict[str, Any]:
    stem = f".copilot/mcp-oauth-config/{sha256(name.encode()).hexdigest()}"
    return {f"{stem}.json": {"serverUrl": url}, f"{stem}.tokens.json": {**CAMEL, "expiresAt": LATER}}


def _mcp_remote(name: str, url: str) -> dict[str, Any]:
    stem = f".mcp-auth/mcp-remote-v1/{md5(url.encode(), usedforsecurity=False).hexdigest()}"
    return {f"{stem}_tokens.json": {**REPLY, "expires_at": LATER * 1000}, f"{stem}_client_info.json": CLIENT}


def _mcp_use_python(name: str, url: str) -> dict[str, Any]:
    root = ".mcp_use/tokens"
    return {
        f"{root}/{name}.example__mcp.json": {**REPLY, "expires_at": LATER + 0.5},
        f"{root}/registrations/{name}.example__mcp_registration.json": CLIENT,
    }


def _mcp_use_typescript(name: str, url: str) -> dict[str, Any]:
    stem = f".mcp-use/oauth/{hash_of(url)}/mcp_auth_{hash_of(url)}"
    return {f"{stem}_tokens": REPLY, f"{stem}_client_info": CLIENT}


def _kimi(name: str, url: str) -> dict[str, Any]:
    stem = f".kimi-code/credentials/mcp/{name}-0"
    about = {"serverName": name, "serverUrl": url}
    return {
        f"{stem}-tokens.json": {**REPLY, "obtained_at": 1795695108609},
        f"{stem}-meta.json": about,
        f"{stem}-client.json": CLIENT,
    }


def _amazon_q(name: str, url: str) -> dict[str, Any]:
    return {f".aws/sso/cache/{sha256(url.encode()).hexdigest()}.token.json": REPLY}


FILES = (_copilot, _mcp_remote, _mcp_use_python, _kimi, _amazon_q, _mcp_use_typescript)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    path.chmod(0o600)
