"""The services whose tokens keyrack knows, as documented by their vendors: APIs and MCP servers.

Each row says what a person types, what has to arrive where, and what the service says. A stand-in
takes the credential of its row and no other, forgets a token that was revoked, and can be put in a
mood: too many requests, out of order, a page in the place of JSON, sent elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

from keyrack.domain.secret import Secret
from support.services_net import Answer, Asked

EVIL = "collector.example"  # no service's file names it
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
NOW = 1_795_262_400.0  # the same moment


class Service(NamedTuple):
    """One row. Header names in lower case; URLs whole."""

    id: str
    server: str  # the MCP server's URL
    typed: Mapping[str, str]  # the fields, by the service's keys
    sent: Mapping[str, str]  # the headers that its MCP server wants; empty: it takes OAuth logins only
    check: str  # the API's URL that tells about the token
    asked: Mapping[str, str]  # the headers that it wants
    good: Answer
    refused: Answer
    method: str = "GET"
    body: Any = None  # the JSON that it wants
    limited: Answer = Answer(429, None, {"Retry-After": "30"})
    account: str = ""
    scopes: tuple[str, ...] = ()
    expires: str | None = None  # ISO 8601

    @property
    def secrets(self) -> dict[str, Secret]:
        return {key: Secret(value) for key, value in self.typed.items()}

    @property
    def wrong(self) -> dict[str, Secret]:
        """The same with another token."""
        return {
            key: Secret(value if key in ("email", "site", "key_id") else value[:-1] + "x")
            for key, value in self.typed.items()
        }


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def basic(pair: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


PAT = "github_pat_11AAAAAAA0" + "b" * 71
GLPAT = "glpat-" + "c" * 20
LINEAR = "lin_api_" + "d" * 40
NTN = "ntn_" + "e" * 46
XOXP = "xoxp-1-2-3-" + "f" * 32
GLSA = "glsa_" + "g" * 32 + "_0123abcd"
ATATT = "ATATT3xFfGF0" + "h" * 60
CFUT = "cfut_" + "j" * 40
DD_API, DD_APP = "1" * 32, "2" * 40
PAGER = "u+" + "k" * 18
HC_ID, HC_SECRET = "hcamk_01" + "m" * 24, "n" * 32
SNTRYU = "sntryu_" + "5" * 64
VERSION = {"notion-version": "2022-06-28"}
GITHUB = {"X-OAuth-Scopes": "repo, read:org", "Date": DATE, "X-RateLimit-Remaining": "4999"}

SERVICES = {
    row.id: row
    for row in (
        Service(
            "github", "https://api.githubcopilot.com/mcp/", {"token": PAT}, bearer(PAT),
            "https://api.github.com/user", {**bearer(PAT), "accept": "application/vnd.github+json"},
            Answer(200, {"login": "octo", "id": 1}, {
                **GITHUB, "github-authentication-token-expiration": "2026-12-01 09:30:00 UTC"}),
            Answer(401, {"message": "Bad credentials", "status": "401"}),
            limited=Answer(403, {"message": "API rate limit exceeded"}, {"X-RateLimit-Remaining": "0"}),
            account="octo", scopes=("repo", "read:org"), expires="2026-12-01T09:30:00+00:00",
        ),
        Service(
            "gitlab", "https://gitlab.com/api/v4/mcp", {"token": GLPAT}, bearer(GLPAT),
            "https://gitlab.com/api/v4/personal_access_tokens/self", {"private-token": GLPAT},
            Answer(200, {"id": 4, "name": "mcp", "revoked": False, "active": True, "user_id": 9,
                         "scopes": ["api", "mcp"], "expires_at": "2026-12-01"}),
            Answer(401, {"message": "401 Unauthorized"}),
            account="mcp", scopes=("api", "mcp"), expires="2026-12-01T00:00:00+00:00",
        ),
        Service(
            "linear", "https://mcp.linear.app/mcp", {"token": LINEAR}, bearer(LINEAR),
            "https://api.linear.app/graphql", {"authorization": LINEAR},
            Answer(200, {"data": {"viewer": {"id": "9f", "email": "ada@example.com"}}}),
            Answer(400, {"errors": [{"message": "It looks wrong.",
                                     "extensions": {"code": "AUTHENTICATION_ERROR"}}]}),
            method="POST", body={"query": "{viewer{id email}}"},
            limited=Answer(400, {"errors": [{"message": "Slow.", "extensions": {"code": "RATELIMITED"}}]}),
            account="ada@example.com",
        ),
        Service(
            "notion", "https://mcp.notion.com/mcp", {"token": NTN}, {},
            "https://api.notion.com/v1/users/me", {**bearer(NTN), **VERSION},
            Answer(200, {"object": "user", "id": "b0", "type": "bot", "name": "Racks",
                         "bot": {"workspace_name": "Acme"}}),
            Answer(401, {"object": "error", "status": 401, "code": "unauthorized", "message": "No."}),
            account="Racks · Acme",
        ),
        Service(
            "slack", "https://mcp.slack.com/mcp", {"token": XOXP}, bearer(XOXP),
            "https://slack.com/api/auth.test", bearer(XOXP),
            Answer(200, {"ok": True, "user": "ada", "team": "Acme", "team_id": "T1", "user_id": "U1"},
                   {"X-OAuth-Scopes": "chat:write,search:read"}),
            Answer(200, {"ok": False, "error": "invalid_auth"}),
            method="POST", account="ada · Acme", scopes=("chat:write", "search:read"),
        ),
        Service(
            "grafana", "https://mcp.grafana.com/mcp", {"token": GLSA, "site": "acme.grafana.net"},
            bearer(GLSA),
            "https://acme.grafana.net/api/access-control/user/permissions", bearer(GLSA),
            Answer(200, {"dashboards:read": ["dashboards:*"], "folders:read": ["folders:*"]}),
            Answer(401, {"message": "Unauthorized", "messageId": "auth.unauthorized"}),
            scopes=("dashboards:read", "folders:read"),
        ),
        Service(
            "jira", "https://mcp.atlassian.com/v1/mcp",
            {"email": "ada@example.com", "token": ATATT, "site": "acme.atlassian.net"},
            basic(f"ada@example.com:{ATATT}"),
            "https://acme.atlassian.net/rest/api/3/myself", basic(f"ada@example.com:{ATATT}"),
            Answer(200, {"accountId": "5b", "emailAddress": "ada@example.com", "displayName": "Ada"}),
            Answer(401, b"Client must be authenticated.", {"Content-Type": "text/plain"}),
            account="ada@example.com",
        ),
        Service(
            "cloudflare", "https://docs.mcp.cloudflare.com/mcp", {"token": CFUT}, bearer(CFUT),
            "https://api.cloudflare.com/client/v4/user/tokens/verify", bearer(CFUT),
            Answer(200, {"success": True, "errors": [], "messages": [], "result": {
                "id": "ed", "status": "active", "expires_on": "2027-01-01T05:20:00Z"}}),
            Answer(401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}],
                         "result": None}),
            expires="2027-01-01T05:20:00+00:00",
        ),
        Service(
            "datadog", "https://mcp.datadoghq.com/api/unstable/mcp-server/mcp",
            {"api_key": DD_API, "app_key": DD_APP},
            {"dd-api-key": DD_API, "dd-application-key": DD_APP},
            "https://api.datadoghq.com/api/v1/validate", {"dd-api-key": DD_API},
            Answer(200, {"valid": True}), Answer(403, {"errors": ["Forbidden"]}),
            limited=Answer(429, {"errors": ["Too many requests"]}, {"X-RateLimit-Remaining": "0"}),
        ),
        Service(
            "pagerduty", "https://mcp.pagerduty.com/mcp", {"token": PAGER},
            {"authorization": f"Token token={PAGER}"},
            "https://api.pagerduty.com/users/me", {"authorization": f"Token token={PAGER}"},
            Answer(200, {"user": {"id": "PX", "name": "Ada", "email": "ada@example.com"}}),
            Answer(401, {"error": {"message": "Account Not Found", "code": 2006}}),
            limited=Answer(429, {"error": {"message": "Rate Limit Exceeded", "code": 2020}},
                           {"ratelimit-remaining": "0"}),
            account="ada@example.com",
        ),
        Service(
            "honeycomb", "https://mcp.honeycomb.io/mcp", {"key_id": HC_ID, "secret": HC_SECRET},
            bearer(f"{HC_ID}:{HC_SECRET}"),
            "https://api.honeycomb.io/2/auth", bearer(f"{HC_ID}:{HC_SECRET}"),
            Answer(200, {"data": {"id": HC_ID, "type": "api-keys", "attributes": {
                "name": "racks", "key_type": "management", "disabled": False, "scopes": ["mcp:read"]}},
                "included": [{"id": "t", "type": "teams", "attributes": {"name": "Acme", "slug": "acme"}}]}),
            Answer(401, {"errors": [{"status": "401", "title": "unauthenticated"}]}),
            account="racks · Acme", scopes=("mcp:read",),
        ),
        Service(
            "sentry", "https://mcp.sentry.dev/mcp", {"token": SNTRYU},
            {"authorization": f"Sentry-Bearer {SNTRYU}"},
            "https://sentry.io/api/0/auth/validate/", bearer(SNTRYU),
            Answer(200), Answer(401, {"detail": "Invalid token"}),
            limited=Answer(429, {"detail": "Slow."}, {"X-Sentry-Rate-Limit-Remaining": "0"}),
        ),
        Service(
            "airtable", "https://mcp.airtable.com/mcp", {"token": "pat" + "p" * 14 + "." + "0" * 64},
            bearer("pat" + "p" * 14 + "." + "0" * 64),
            "https://api.airtable.com/v0/meta/whoami", bearer("pat" + "p" * 14 + "." + "0" * 64),
            Answer(200, {"id": "usr1", "scopes": ["data.records:read"], "email": "ada@example.com"}),
            Answer(401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "Authentication required"}}),
            account="ada@example.com", scopes=("data.records:read",),
        ),
        Service(
            "asana", "https://mcp.asana.com/v2/mcp", {"token": "2/1/2:abcdef0123456789"}, {},
            "https://app.asana.com/api/1.0/users/me", bearer("2/1/2:abcdef0123456789"),
            Answer(200, {"data": {"gid": "1", "name": "Ada", "email": "ada@example.com"}}),
            Answer(401, {"errors": [{"message": "Not Authorized"}]}), account="ada@example.com",
        ),
        Service(
            "figma", "https://mcp.figma.com/mcp", {"token": "figd_" + "q" * 40}, {},
            "https://api.figma.com/v1/me", {"x-figma-token": "figd_" + "q" * 40},
            Answer(200, {"id": "1", "handle": "ada", "email": "ada@example.com"}),
            Answer(403, {"status": 403, "err": "Invalid token"}), account="ada@example.com",
        ),
        Service(
            "huggingface", "https://huggingface.co/mcp", {"token": "hf_" + "r" * 34},
            bearer("hf_" + "r" * 34),
            "https://huggingface.co/api/whoami-v2", bearer("hf_" + "r" * 34),
            Answer(200, {"type": "user", "name": "ada", "auth": {"accessToken": {"role": "read"}}}),
            Answer(401, {"error": "Invalid credentials in Authorization header"}),
            account="ada", scopes=("read",),
        ),
        Service(
            "intercom", "https://mcp.intercom.com/mcp", {"token": "dG9rOmFiY2RlZjAxMjM0NQ=="}, {},
            "https://api.intercom.io/me", bearer("dG9rOmFiY2RlZjAxMjM0NQ=="),
            Answer(200, {"type": "admin", "id": "1", "name": "Ada", "email": "ada@example.com"}),
            Answer(401, {"type": "error.list", "errors": [{"code": "unauthorized", "message": "No."}]}),
            account="ada@example.com",
        ),
        Service(
            "monday", "https://mcp.monday.com/mcp", {"token": "eyJhbGciOiJIUzI1NiJ9.e30.s"},
            bearer("eyJhbGciOiJIUzI1NiJ9.e30.s"),
            "https://api.monday.com/v2", {"authorization": "eyJhbGciOiJIUzI1NiJ9.e30.s"},
            Answer(200, {"data": {"me": {"id": "1", "email": "ada@example.com"}}}),
            Answer(401, {"errors": [{"message": "Not Authenticated"}]}),
            method="POST", body={"query": "{me{id email}}"}, account="ada@example.com",
        ),
        Service(
            "neon", "https://mcp.neon.tech/mcp", {"token": "napi_" + "t" * 59}, bearer("napi_" + "t" * 59),
            "https://console.neon.tech/api/v2/users/me", bearer("napi_" + "t" * 59),
            Answer(200, {"id": "1", "login": "ada", "email": "ada@example.com"}),
            Answer(401, {"message": "supplied credentials do not pass authentication", "code": ""}),
            account="ada@example.com",
        ),
        Service(
            "postman", "https://mcp.eu.postman.com/mcp", {"token": "PMAK-" + "u" * 59},
            bearer("PMAK-" + "u" * 59),
            "https://api.eu.postman.com/me", {"x-api-key": "PMAK-" + "u" * 59},
            Answer(200, {"user": {"id": 1, "username": "ada", "email": "ada@example.com"}}),
            Answer(401, {"error": {"name": "AuthenticationError", "message": "Invalid API Key."}}),
            account="ada@example.com",
        ),
        Service(
            "stripe", "https://mcp.stripe.com", {"token": "rk_live_" + "v" * 99},
            bearer("rk_live_" + "v" * 99),
            "https://api.stripe.com/v1/balance", bearer("rk_live_" + "v" * 99),
            Answer(200, {"object": "balance", "available": [], "pending": []}),
            Answer(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}),
        ),
        Service(
            "supabase", "https://mcp.supabase.com/mcp", {"token": "sbp_" + "0" * 40},
            bearer("sbp_" + "0" * 40),
            "https://api.supabase.com/v1/projects", bearer("sbp_" + "0" * 40),
            Answer(200, []), Answer(401, {"message": "Unauthorized"}),
        ),
        Service(
            "vercel", "https://mcp.vercel.com", {"token": "vcp_" + "w" * 56}, {},
            "https://api.vercel.com/v2/user", bearer("vcp_" + "w" * 56),
            Answer(200, {"user": {"id": "1", "email": "ada@example.com", "username": "ada"}}),
            Answer(403, {"error": {"code": "forbidden", "message": "Not authorized", "invalidToken": True}}),
            account="ada@example.com",
        ),
    )
}  # fmt: skip

DOWN = Answer(503, b"<h1>Back soon</h1>", {"Content-Type": "text/html"})
PAGE = Answer(200, b"<!doctype html><title>Sign in to the network</title>", {"Content-Type": "text/html"})


class Vendors:
    """Answers for every host. Moods are by URL and go before everything else."""

    def __init__(self) -> None:
        self.moods: dict[str, Answer] = {}
        self.revoked: set[str] = set()

    def __call__(self, asked: Asked) -> Answer:
        if asked.url in self.moods:
            return self.moods[asked.url]
        if asked.url in REVOKERS:
            return REVOKERS[asked.url](self, asked)
        for row in SERVICES.values():
            if asked.url == row.check:
                return self._checked(row, asked)
            if asked.url.rstrip("/") == row.server.rstrip("/"):
                return self._mcp(row, asked)
        return Answer(404)

    def _checked(self, row: Service, asked: Asked) -> Answer:
        if row.id == "gitlab" and asked.method == "DELETE":
            return _gitlab_revokes(self, asked)
        assert (asked.method, asked.json) == (row.method, row.body)
        right = all(asked.headers.get(name) == value for name, value in row.asked.items())
        return row.good if right and not self._is_revoked(asked) else row.refused

    def _mcp(self, row: Service, asked: Asked) -> Answer:
        right = row.sent and all(asked.headers.get(name) == value for name, value in row.sent.items())
        if not right or self._is_revoked(asked):
            return Answer(401, None, {"WWW-Authenticate": "Bearer"})
        return Answer(200, {"jsonrpc": "2.0", "id": asked.json.get("id"), "result": {"tools": []}})

    def _is_revoked(self, asked: Asked) -> bool:
        return any(token in value for token in self.revoked for value in asked.headers.values())


def _github_revokes(vendors: Vendors, asked: Asked) -> Answer:
    """Only without authorization; what it does not know is taken all the same."""
    if asked.method != "POST" or "authorization" in asked.headers:
        return Answer(403, {"message": "Forbidden"})
    tokens = asked.json.get("credentials") if isinstance(asked.json, dict) else None
    if not tokens:
        return Answer(422, {"message": "Validation failed"})
    vendors.revoked.update(tokens)
    return Answer(202)


def _gitlab_revokes(vendors: Vendors, asked: Asked) -> Answer:
    token = asked.headers.get("private-token", "")
    if token != GLPAT or token in vendors.revoked:
        return Answer(401, {"message": "401 Unauthorized"})
    vendors.revoked.add(token)
    return Answer(204)


def _slack_revokes(vendors: Vendors, asked: Asked) -> Answer:
    token = asked.headers.get("authorization", "").removeprefix("Bearer ")
    if token != XOXP:
        return Answer(200, {"ok": False, "error": "invalid_auth"})
    if token in vendors.revoked:
        return Answer(200, {"ok": False, "error": "token_revoked"})
    vendors.revoked.add(token)
    return Answer(200, {"ok": True, "revoked": True})


REVOKERS = {
    "https://api.github.com/credentials/revoke": _github_revokes,
    "https://slack.com/api/auth.revoke": _slack_revokes,
}
REVOKED_AT = {
    "github": "https://api.github.com/credentials/revoke",
    "gitlab": SERVICES["gitlab"].check,
    "slack": "https://slack.com/api/auth.revoke",
}


def hosts() -> set[str]:
    """Every host that the stand-in owns; nobody's too, and some that only look like a service's."""
    named = {url.split("/")[2] for row in SERVICES.values() for url in (row.server, row.check)}
    return {*named, EVIL, "api.github.com.collector.example", "gitlab.example.org"}
