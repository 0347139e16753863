"""What each program holds in its fixture: files that the program wrote, with other secrets in them.

Those of Amazon Q, Antigravity, Crush, mcp, older versions of mcp-remote and Inspector, version 2 of mcp-use
and its session with a token were written by hand.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from keyrack.domain.held import HeldReading, HeldToken, Item
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.tokens.reader import Items, read_held

FIXTURES = Path(__file__).parent / "fixtures"
URL, SHORT = "http://127.0.0.1:9102/mcp", "http://127.0.0.1:9104/mcp"
ISSUER, SHORT_ISSUER = "http://127.0.0.1:9101", "http://127.0.0.1:9103"
CHANGED = 1795700000.0  # the time of all files and items
HASH = "5a2fa23b4dc6c3f9b7b60903e13b85a3c142e095754cac9735cb702a30a8a270"
SHORT_HASH = "acb7358b7d12fc2444a8cb2e1622b13fc54bb0f4e6cfab52c87ce25025cdccc4"
MD5 = "49ceae359a4ba01946feb122c2bf610c"
KIMI = ".kimi-code/credentials/mcp/lab-cfc72c8cd8dc2976a517532b"
AMAZON_Q = ".aws/sso/cache/f1ccba6ce12c8236443049e057fd2a71c8eb230bc39d9aba05247e6f311ad34c"
LAB_FOLDER = "a51146d38077ff992eba84cf1d5e9b249073503eb74868699016153b031a38f7"


class Login(NamedTuple):
    """What is found, with the first eight characters of each secret."""

    access: str
    refresh: str | None
    expires_at: float | None
    client_id: str | None = None
    name: str = "lab"
    url: str = URL
    issuer: str | None = ISSUER
    scopes: str = "mcp:read"
    is_estimate: bool = False
    since: float | None = None
    client_secret: str | None = None


class Case(NamedTuple):
    """A program's fixture."""

    client: str
    fixture: str
    file: str  # below the home folder; the file with the first login
    logins: tuple[Login, ...]
    by_hash: bool = False  # it stores no URL

    def __str__(self) -> str:
        return self.fixture


BOTH = "mcp:read mcp:write"
CASES = [
    Case(
        "Claude Code",
        "claude-code",
        ".claude/.credentials.json",
        (Login("DUMMY003", "DUMMY005", 1795698893.575, "DUMMY004", scopes=BOTH),),
    ),
    Case(
        "Codex",
        "codex",
        ".codex/.credentials.json",
        (Login("DUMMY009", "DUMMY010", 1795698762.079, "DUMMY008"),),
    ),
    Case(
        "Gemini CLI",
        "gemini",
        ".gemini/mcp-oauth-tokens.json",
        (
            Login(
                "DUMMY012",
                "DUMMY013",
                1795698419.451,
                "DUMMY014",
                issuer=None,
                scopes=BOTH,
                since=1795694819.454,
            ),
        ),
    ),
    Case(
        "Qwen Code",
        "qwen",
        ".qwen/mcp-oauth-tokens.json",
        (
            Login(
                "DUMMY015",
                "DUMMY016",
                1795698420.941,
                "DUMMY017",
                issuer=None,
                scopes=BOTH,
                since=1795694820.942,
            ),
        ),
    ),
    Case(
        "opencode",
        "opencode",
        ".local/share/opencode/mcp-auth.json",
        (Login("DUMMY019", "DUMMY020", 1795698748.839, "DUMMY021", issuer=None),),
    ),
    Case(
        "Kilo",
        "kilo",
        ".local/share/kilo/mcp-auth.json",
        (Login("DUMMY025", "DUMMY026", 1795697919.646, "DUMMY027", issuer=None),),
    ),
    Case(
        "Cline",
        "cline",
        ".cline/data/settings/cline_mcp_settings.json",
        (
            Login(
                "DUMMY038",
                "DUMMY039",
                1795694942.515 + 3600,
                "DUMMY037",
                is_estimate=True,
                since=1795694942.515,
            ),
        ),
    ),
    Case(
        "Copilot CLI",
        "copilot-cli",
        f".copilot/mcp-oauth-config/{HASH}.tokens.json",
        (
            Login("DUMMY030", "DUMMY031", 1795697445.0, "DUMMY029", name=""),
            Login("DUMMY033", "DUMMY034", 1795694095.0, "DUMMY032", name="", url=SHORT, issuer=SHORT_ISSUER),
        ),
    ),
    Case(
        "mcporter",
        "mcporter",
        ".mcporter/credentials.json",
        (
            Login(
                "DUMMY044",
                "DUMMY045",
                1795695159.146 + 3600,
                "DUMMY041",
                is_estimate=True,
                since=1795695159.146,
            ),
        ),
    ),
    Case(
        "mcpc",
        "mcpc",
        ".mcpc/credentials.json",
        (Login("DUMMY050", "DUMMY051", 1795698761.0, "DUMMY049", name="", issuer=None, scopes=BOTH),),
        by_hash=True,
    ),
    Case(
        "MCP Inspector",
        "inspector",
        ".mcp-inspector/secrets.json",
        (Login("DUMMY054", "DUMMY055", CHANGED + 3600, "DUMMY052", name="", scopes=BOTH, is_estimate=True),),
    ),
    Case(
        "MCP Inspector",
        "inspector-1",
        ".mcp-inspector/storage/oauth.json",
        (
            Login(
                "DUMMY243",
                "DUMMY244",
                CHANGED + 3600,
                "DUMMY241",
                name="",
                is_estimate=True,
                client_secret="DUMMY242",
            ),
        ),
    ),
    Case(
        "mcp-remote",
        "mcp-remote",
        f".mcp-auth/mcp-remote-v1/{MD5}_tokens.json",
        (Login("DUMMY048", "DUMMY047", 1795698421.731, "DUMMY046", name=""),),
        by_hash=True,
    ),
    Case(
        "mcp-remote",
        "mcp-remote-old",
        f".mcp-auth/mcp-remote-0.1.16/{MD5}_tokens.json",
        (Login("DUMMY271", "DUMMY272", CHANGED + 3600, name="", issuer=None, is_estimate=True),),
        by_hash=True,
    ),
    Case(
        "mcp-use",
        "mcp-use-python",
        ".mcp_use/tokens/127.0.0.1:9102__mcp.json",
        (Login("DUMMY061", None, 1795698194.0, "DUMMY062", name="", issuer=None),),
        by_hash=True,
    ),
    Case(
        "mcp-use (TypeScript)",
        "mcp-use-typescript-1",
        ".mcp-use/oauth/2b211bec/mcp_auth_2b211bec_tokens",
        (Login("DUMMY057", "DUMMY058", CHANGED + 3600, "DUMMY056", issuer=None, is_estimate=True),),
    ),
    Case(
        "mcp-use (TypeScript)",
        "mcp-use-typescript-2",
        f".mcp-use/client/credentials/{LAB_FOLDER}/oauth/2b211bec/mcp_auth_2b211bec_tokens",
        (Login("DUMMY251", "DUMMY252", CHANGED + 3600, "DUMMY253", issuer=None, is_estimate=True),),
    ),
    Case(
        "mcp-use (TypeScript)",
        "mcp-use-session",
        ".mcp-use/cli-sessions.json",
        (Login("DUMMY261", None, None, issuer=None, scopes=""),),
    ),
    Case(
        "mcp",
        "mcp",
        ".config/mcp/auth.json",
        (Login("DUMMY202", "DUMMY203", 1795698194.0, "DUMMY201", name="", issuer=None, scopes=""),),
    ),
    Case(
        "Kimi Code",
        "kimi-code",
        f"{KIMI}-tokens.json",
        (
            Login(
                "DUMMY065", "DUMMY066", 1795695108.609 + 3600, "DUMMY064", scopes=BOTH, since=1795695108.609
            ),
        ),
    ),
    Case(
        "Amazon Q",
        "amazon-q",
        f"{AMAZON_Q}.token.json",
        (Login("DUMMY211", "DUMMY212", CHANGED + 3600, "DUMMY213", name="", issuer=None, is_estimate=True),),
        by_hash=True,
    ),
    Case(
        "Crush",
        "crush",
        ".local/share/crush/crush.json",
        (Login("DUMMY221", "DUMMY222", 1795698194.0, "DUMMY223", url="", issuer=None, scopes=""),),
    ),
    Case(
        "Antigravity",
        "antigravity",
        ".gemini/antigravity-cli/mcp_oauth_tokens.json",
        (Login("DUMMY231", "DUMMY232", None, name="", issuer=None, scopes=""),),
    ),
]

# The same programs with a keychain.
ITEM_CASES = [
    Case("Codex", "codex", "", (Login("DUMMY102", "DUMMY103", 1795696940.986, "DUMMY101"),)),
    Case(
        "Copilot CLI",
        "copilot-cli",
        "",
        (
            Login("DUMMY067", "DUMMY068", 1795698587.0, "DUMMY029", name=""),
            Login("DUMMY069", "DUMMY070", 1795695013.0, "DUMMY032", name="", url=SHORT, issuer=SHORT_ISSUER),
        ),
    ),
    Case(
        "mcpc",
        "mcpc",
        "",
        (Login("DUMMY072", "DUMMY073", 1795698118.0, "DUMMY071", name="", issuer=None, scopes=BOTH),),
        by_hash=True,
    ),
    Case(
        "MCP Inspector",
        "inspector",
        "",
        (Login("DUMMY074", "DUMMY075", CHANGED + 3600, "DUMMY052", name="", scopes=BOTH, is_estimate=True),),
    ),
    Case(
        "Mistral Vibe",
        "vibe",
        "",
        (Login("DUMMY076", "DUMMY077", 1795698056.0788398, "DUMMY078", issuer=None),),
    ),
]


class Home:
    """A home folder with one program's fixture in it."""

    def __init__(self, case: Case, folder: Path, platform: str = "linux") -> None:
        self.case = case
        self.folder = folder
        self.platform = platform
        self.path = folder / case.file
        fixture = FIXTURES / case.fixture
        for source in sorted(each for each in fixture.rglob("*") if each.is_file()):
            if source.name != "keychain.json":
                # A colon can't be in a file's name on every system that this project is checked out on.
                target = folder / unquote(str(source.relative_to(fixture)))
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                target.chmod(0o600)
                os.utime(target, (CHANGED, CHANGED))

    @property
    def content(self) -> object:
        return json.loads(self.path.read_text())

    def put(self, content: object) -> None:
        self.path.write_text(json.dumps(content))
        os.utime(self.path, (CHANGED, CHANGED))

    def read(self, *urls: str, items: Items | None = None, **env: str) -> HeldReading:
        search = Search({"HOME": str(self.folder), **env}, self.platform, str(self.folder / "work"))
        return read_held(search, urls or (URL, SHORT), items)

    def logins(self) -> tuple[Login, ...]:
        return tuple(map(login, self.read().tokens))


def items(case: Case) -> tuple[Item, ...]:
    """The program's items in the keychain."""
    stored = json.loads((FIXTURES / case.fixture / "keychain.json").read_text())
    return tuple(
        Item(each["service"], each["account"], Secret(each["secret"]), modified=CHANGED) for each in stored
    )


def searched(found: Sequence[Item]) -> Items:
    """A keychain that can be searched."""
    return lambda service, accounts: [each for each in found if each.service == service]


def asked(found: Sequence[Item]) -> Items:
    """A keychain that is asked for one account after the other."""

    def read(service: str, accounts: Iterable[str]) -> list[Item]:
        wanted = list(accounts)
        return [each for each in found if each.service == service and each.account in wanted]

    return read


def login(held: HeldToken) -> Login:
    def head(secret: Secret | None) -> str | None:
        return None if secret is None else secret.reveal()[:8]

    return Login(
        head(held.tokens.access_token) or "",
        head(held.tokens.refresh_token),
        held.tokens.expires_at,
        None if held.client_id is None else held.client_id[:8],
        held.name,
        held.url,
        held.issuer,
        " ".join(held.tokens.scopes),
        held.is_estimate,
        held.since,
        head(held.client_secret),
    )
