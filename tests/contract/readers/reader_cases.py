"""Each program whose servers are listed: its file, how it writes an entry, and what is in its fixture.

The fixtures are files that the real programs wrote, with their secrets replaced by DUMMY….
Claude Code 2.1.197, Codex 0.171.0, Gemini CLI 0.61.0, Qwen Code 0.15.10, opencode 1.18.33, Kilo 7.7.9,
Copilot CLI 1.0.102, Cline 3.0.65, mcporter 0.9.0, Mistral Vibe 3.0.2, Kimi Code 2.1.0 and Continue 1.5.47
ran; the files of the others follow their documentation.
"""

from contract.readers.reader_kit import (
    TOML,
    YAML,
    Case,
    Found,
    nested_transport,
    one_command,
    renamed,
    request_options,
)

ROO = "Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json"

CASES = [
    Case("keyrack", ".config/keyrack/config.toml", "servers", TOML),
    Case("mcp", ".config/mcp/servers.json"),
    Case("mcp-use", "agents.json"),
    Case(
        "Claude Code",
        ".claude.json",
        found=(Found("preg", "http://127.0.0.1:9102/mcp", client_id="DUMMY007wxy"),),
    ),
    Case("Cursor", ".cursor/mcp.json"),
    Case(
        "VS Code",
        ".config/Code/User/mcp.json",
        "servers",
        mac="Library/Application Support/Code/User/mcp.json",
        windows="%APPDATA%/Code/User/mcp.json",
    ),
    Case(
        "Codex",
        ".codex/config.toml",
        "mcp_servers",
        TOML,
        renamed(headers="http_headers"),
        found=(
            Found("tap", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ${TAP_TOKEN}",)),
            Found("stdio1", "/bin/echo", transport="stdio"),
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("helped", "http://127.0.0.1:9200/mcp", headers=("X-Static: ●●●●●●●● (literal)",)),
            Found("short", "http://127.0.0.1:9104/mcp"),
            Found("preg", "http://127.0.0.1:9104/mcp", client_id="static-conf"),
        ),
    ),
    Case(
        "Amazon Q",
        ".aws/amazonq/mcp.json",
        found=(
            Found("far", "https://far.example.com/mcp", headers=("X-Key: ${env:QKEY}",)),
            Found("git", "uvx", transport="stdio", disabled=True),
        ),
    ),
    Case(
        "Amp",
        ".config/amp/settings.json",
        "amp.mcpServers",
        windows="%APPDATA%/amp/settings.json",
        found=(
            Found("far", "https://far.example.com/mcp", headers=("Authorization: Bearer ${ATOK}",)),
            Found("browser", "npx", transport="stdio"),
        ),
    ),
    Case(
        "Antigravity",
        ".gemini/antigravity/mcp_config.json",
        entry=renamed(url="serverUrl"),
        found=(
            Found(
                "far", "https://far.example.com/mcp", headers=("Authorization: Bearer ●●●●●●●● (literal)",)
            ),
            Found("off", "npx", transport="stdio", disabled=True),
        ),
    ),
    Case(
        "Claude Desktop",
        ".config/Claude/claude_desktop_config.json",
        mac="Library/Application Support/Claude/claude_desktop_config.json",
        windows="%APPDATA%/Claude/claude_desktop_config.json",
        found=(
            Found("files", "npx", transport="stdio"),
            Found("far", "https://far.example.com/mcp", headers=("Authorization: ${AUTH} (literal)",)),
        ),
    ),
    Case(
        "Cline",
        ".cline/data/settings/cline_mcp_settings.json",
        entry=nested_transport,
        found=(
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=("Authorization: Bearer ●●●●●●●●", "X-B: ●●●●●●●●"),
            ),
        ),
    ),
    Case(
        "Continue",
        ".continue/config.yaml",
        syntax=YAML,
        entry=request_options,
        is_list=True,
        found=(
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=("Authorization: Bearer ${{ secrets.CNTOK }}", "X-B: ●●●●●●●●", "X-C: ●●●●●●●●"),
            ),
            Found(
                "keyed",
                "http://127.0.0.1:9200/mcp?k=1",
                headers=("Authorization: Bearer ●●●●●●●● (literal)",),
            ),
            Found("lab", "http://127.0.0.1:9102/mcp"),
        ),
    ),
    Case(
        "Copilot CLI",
        ".copilot/mcp-config.json",
        found=(
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=("Authorization: Bearer ●●●●●●●● (literal)", "X-Two: ${LABVAR}"),
            ),
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("short", "http://127.0.0.1:9104/mcp", disabled=True),
        ),
    ),
    Case(
        "Crush",
        ".config/crush/crush.json",
        "mcp",
        found=(
            Found(
                "far",
                "https://far.example.com/mcp",
                headers=("Authorization: Bearer $CTOK", "X-Run: $(pass show crush) (asked)"),
            ),
            Found("events", "https://events.example.com/sse", transport="sse", disabled=True),
        ),
    ),
    Case(
        "Droid",
        ".factory/mcp.json",
        found=(
            Found("far", "https://far.example.com/mcp", headers=("X-Key: ${DKEY:-●●●●●●●●} (literal)",)),
            Found("off", "https://off.example.com/mcp", disabled=True),
        ),
    ),
    Case(
        "Gemini CLI",
        ".gemini/settings.json",
        found=(
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=(
                    "Authorization: Bearer ●●●●●●●● (literal)",
                    "X-A: $GTOK",
                    "X-B: ${GTOK}",
                    "X-C: ${NOPE:-●●●●●●●●} (literal)",
                    "X-D: $NOPE2",
                    "X-E: ${env:GTOK}",
                ),
            ),
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("short", "http://127.0.0.1:9104/mcp"),
        ),
    ),
    Case(
        "goose",
        ".config/goose/config.yaml",
        "extensions",
        YAML,
        renamed(url="uri", command="cmd", env="envs"),
        windows="%APPDATA%/Block/goose/config/config.yaml",
        found=(
            Found("far", "https://far.example.com/mcp", headers=("Authorization: Bearer $FAR_TOKEN",)),
            Found("old", "https://old.example.com/sse", transport="sse", disabled=True),
            Found("github", "npx", transport="stdio"),
        ),
    ),
    Case(
        "Kilo",
        ".config/kilo/kilo.jsonc",
        "mcp",
        entry=one_command,
        found=(
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer {env:KTOK}",)),
        ),
    ),
    Case(
        "Kimi Code",
        ".kimi-code/mcp.json",
        found=(
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=(
                    "Authorization: Bearer ${KTOK}",
                    "X-A: ●●●●●●●●",
                    "X-B: ●●●●●●●● (literal)",
                    "X-C: ●●●●●●●●",
                ),
            ),
        ),
    ),
    Case(
        "Kiro",
        ".kiro/settings/mcp.json",
        found=(
            Found("api", "https://api.example.com/mcp", headers=("Authorization: Bearer ${API_TOKEN}",)),
            Found("off", "uvx", transport="stdio", disabled=True),
            Found("ours", "https://ours.example.com/mcp"),
        ),
    ),
    Case(
        "LM Studio",
        ".lmstudio/mcp.json",
        found=(
            Found("hf", "https://hf.example.com/mcp", headers=("Authorization: Bearer ●●●●●●●● (literal)",)),
        ),
    ),
    Case(
        "mcp-use (TypeScript)",
        ".mcp-use/cli-sessions.json",
        "sessions",
        found=(Found("lab", "http://127.0.0.1:9102/mcp"),),
    ),
    Case(
        "mcporter",
        ".mcporter/mcporter.json",
        entry=renamed(url="baseUrl"),
        found=(
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("hdr", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer ${MPTOK}",)),
        ),
    ),
    Case(
        "opencode",
        ".config/opencode/opencode.jsonc",
        "mcp",
        entry=one_command,
        found=(
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=(
                    "Authorization: Bearer {file:/run/user/1000/token} (asked)",
                    "X-U: {env:NOPE}",
                    "X-S: ●●●●●●●●",
                ),
            ),
            Found("off", "http://127.0.0.1:9200/mcp?off", disabled=True),
            Found(
                "hdr (opencode)", "http://127.0.0.1:9200/mcp", headers=("Authorization: Bearer {env:OCTOK}",)
            ),
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("short", "http://127.0.0.1:9104/mcp"),
        ),
    ),
    Case("Qoder", ".qoder/mcp.json", found=(Found("far", "https://far.example.com/sse", transport="sse"),)),
    Case(
        "Qwen Code",
        ".qwen/settings.json",
        entry=renamed(url="httpUrl"),
        found=(
            Found(
                "hdr",
                "http://127.0.0.1:9200/mcp",
                headers=("Authorization: Bearer ${QTOK}", "X-Dollar: $QTOK"),
            ),
            Found("lab", "http://127.0.0.1:9102/mcp"),
            Found("short", "http://127.0.0.1:9104/mcp", client_id="DUMMY018zwxyz"),
        ),
    ),
    Case(
        "Roo Code",
        f".config/{ROO}",
        mac=f"Library/Application Support/{ROO}",
        windows=f"%APPDATA%/{ROO}",
        found=(
            Found(
                "far",
                "https://far.example.com/mcp",
                headers=("Authorization: Bearer ${env:RTOK}",),
                disabled=True,
            ),
            Found("near", "https://near.example.com/sse", transport="sse"),
        ),
    ),
    Case(
        "Trae",
        ".config/Trae/User/mcp.json",
        mac="Library/Application Support/Trae/User/mcp.json",
        windows="%APPDATA%/Trae/User/mcp.json",
        found=(Found("far", "https://far.example.com/mcp", headers=("X-Key: ●●●●●●●● (literal)",)),),
    ),
    Case(
        "Mistral Vibe",
        ".vibe/config.toml",
        "mcp_servers",
        TOML,
        is_list=True,
        found=(
            Found("hdr", "http://127.0.0.1:9200/mcp"),
            Found("lab", "http://127.0.0.1:9102/mcp"),
        ),
    ),
    Case(
        "Windsurf",
        ".codeium/windsurf/mcp_config.json",
        entry=renamed(url="serverUrl"),
        found=(
            Found("a", "https://a.example.com/mcp", headers=("Authorization: Bearer ${env:WTOK}",)),
            Found("off", "https://off.example.com/mcp", disabled=True),
            Found("jetbrains", "https://jetbrains.example.com/sse", transport="sse"),
        ),
    ),
    Case(
        "Zed",
        ".config/zed/settings.json",
        "context_servers",
        windows="%APPDATA%/Zed/settings.json",
        found=(
            Found("local", "npx", transport="stdio"),
            Found("old", "uvx", transport="stdio"),
            Found("far", "https://far.example.com/mcp", headers=("X-Team: ●●●●●●●●",)),
            Found("off", "https://off.example.com/mcp", disabled=True),
        ),
    ),
]
