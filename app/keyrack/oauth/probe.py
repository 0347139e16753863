"""What kind of server is this, is it open, and does it take this token? (checklist, "Probe")"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from keyrack.domain.model import Verdict
from keyrack.domain.secret import Secret
from keyrack.oauth.challenge import Challenge, bearer, parse_challenges
from keyrack.oauth.document import BadDocument, read_object
from keyrack.oauth.effects import Failed, Request, Response, Send
from keyrack.oauth.retry_after import asks_to_wait

MODERN = "2026-07-28"
INITIALIZE = "2025-11-25"  # one request covers 2025-03-26 to 2025-11-25
OLDEST = "2024-11-05"
ACCEPT = "application/json, text/event-stream"
DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # how MCP's revisions are called
CLIENT = {"name": "keyrack", "version": "1"}

UNSUPPORTED_VERSION, MODERN_HEADERS, NO_METHOD = -32022, (-32020, -32021), -32601


class Probed(NamedTuple):
    """What a probe found. `challenge` is set after a 401 or a 403 that asks for more scope."""

    verdict: Verdict
    reason: str = ""
    revision: str | None = None
    challenge: Challenge | None = None
    refused: bool = False  # with the verdict "unreachable": keyrack would not ask


Probing = Generator[Send, Response | Failed, Probed]


def probe(url: str, credential: Mapping[str, str | Secret] | None = None) -> Probing:
    """Ask the server, with the given credential headers or anonymously."""
    version = MODERN
    reply = yield Send(_modern(url, "server/discover", version, credential))
    offered = _offered(reply)
    if offered is not None and offered != version:
        version = offered
        reply = yield Send(_modern(url, "server/discover", version, credential))
    verdict = _refusal(reply, credential)
    if verdict is not None:
        return verdict
    assert isinstance(reply, Response)
    if _is_modern(reply):
        listing = _modern(url, "tools/list", version, credential)
        return (yield from _confirm(url, credential, version, listing))
    return (yield from _older(url, credential))


def _older(url: str, credential: Mapping[str, str | Secret] | None) -> Probing:
    """`initialize`, as revisions before 2026-07-28 have it."""
    params = {"protocolVersion": INITIALIZE, "capabilities": {}, "clientInfo": CLIENT}
    reply = yield Send(
        _post(url, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, {}, credential)
    )
    verdict = _refusal(reply, credential)
    if verdict is not None:
        return verdict
    assert isinstance(reply, Response)
    if reply.status in (400, 404, 405):
        return (yield from _oldest(url, credential))
    if reply.status != 200 or not _has_result(reply):
        return Probed("unknown", f"The server answered {reply.status}, but not as an MCP server does.")
    spoken = _result(reply).get("protocolVersion")
    dated = isinstance(spoken, str) and DATED.fullmatch(spoken)
    revision = str(spoken) if dated else INITIALIZE
    headers: dict[str, str | Secret] = {"MCP-Protocol-Version": revision}
    session = reply.header("Mcp-Session-Id")
    if session and session.isascii() and session.isprintable():
        headers["Mcp-Session-Id"] = session
    yield Send(_post(url, {"jsonrpc": "2.0", "method": "notifications/initialized"}, headers, credential))
    listing = _post(url, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, headers, credential)
    found = yield from _confirm(url, credential, revision, listing)
    if "Mcp-Session-Id" in headers:
        yield Send(Request("DELETE", url, {**headers, **(credential or {})}))
    return found


def _oldest(url: str, credential: Mapping[str, str | Secret] | None) -> Probing:
    """2024-11-05: an event stream whose first event is `endpoint`."""
    reply = yield Send(
        Request("GET", url, {"Accept": "text/event-stream", **(credential or {})}, stream=True)
    )
    verdict = _refusal(reply, credential)
    if verdict is not None:
        return verdict
    assert isinstance(reply, Response)
    if (
        reply.status == 200
        and "text/event-stream" in (reply.header("Content-Type") or "")
        and b"event: endpoint" in reply.body
    ):
        return Probed("accepted" if credential else "open", revision=OLDEST)
    return Probed("unknown", f"The server answered {reply.status}, but not as an MCP server does.")


def _confirm(
    url: str, credential: Mapping[str, str | Secret] | None, revision: str, listing: Request
) -> Probing:
    """A greeting may be open where the work is not: ask for the tools too."""
    reply = yield Send(listing)
    verdict = _refusal(reply, credential)
    if verdict is not None:
        if verdict.verdict == "required":
            return verdict._replace(verdict="optional", revision=revision)
        return verdict._replace(revision=revision)
    return Probed("accepted" if credential else "open", revision=revision)


def _refusal(reply: Response | Failed, credential: object) -> Probed | None:
    """The verdict where a reply ends the probe at once; None where it goes on."""
    if isinstance(reply, Failed):
        return Probed("unreachable", reply.reason, refused=reply.refused)
    if reply.status == 401:
        challenge = bearer(parse_challenges(reply.all("WWW-Authenticate")))
        if credential:
            return Probed("refused", "The server refused the token.", challenge=challenge)
        return Probed("required", "The server wants a credential.", challenge=challenge)
    if reply.status == 403:
        challenge = bearer(parse_challenges(reply.all("WWW-Authenticate")))
        if challenge and challenge.params.get("error") == "insufficient_scope":
            scopes = " ".join(challenge.params.get("scope", "").split())[:200]
            wants = f"The server wants more scopes{': ' + scopes if scopes else ''}."
            return Probed("accepted" if credential else "required", wants, challenge=challenge)
        return Probed("unknown", "The server answered 403, which says nothing about the token.")
    if 300 <= reply.status < 400:
        return Probed("unreachable", "The server redirects elsewhere, and keyrack does not follow.")
    if reply.status >= 500 or reply.status == 429:
        return Probed("unreachable", f"The server answered {reply.status}{asks_to_wait(reply)}.")
    return None


def _modern(url: str, method: str, version: str, credential: Mapping[str, str | Secret] | None) -> Request:
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": CLIENT,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}}
    return _post(url, body, {"MCP-Protocol-Version": version, "Mcp-Method": method}, credential)


def _post(
    url: str, body: Any, headers: Mapping[str, str | Secret], credential: Mapping[str, str | Secret] | None
) -> Request:
    return Request("POST", url, {"Accept": ACCEPT, **headers, **(credential or {})}, json=body)


def _message(reply: Response) -> dict[str, Any]:
    """The JSON-RPC message of a JSON reply, or of the first events of a stream."""
    if "text/event-stream" in (reply.header("Content-Type") or ""):
        for line in reply.body.splitlines():
            if line.startswith(b"data:"):
                try:
                    message = read_object(line[5:])
                except BadDocument:
                    continue
                if "result" in message or "error" in message:
                    return message
        return {}
    try:
        return read_object(reply.body)
    except BadDocument:
        return {}


def _has_result(reply: Response) -> bool:
    return isinstance(_message(reply).get("result"), dict)


def _result(reply: Response) -> dict[str, Any]:
    return _message(reply)["result"]


def _is_modern(reply: Response) -> bool:
    code = _rpc_error(reply).get("code")
    return (
        (reply.status == 200 and _has_result(reply))
        or (reply.status == 400 and code in MODERN_HEADERS)
        or (reply.status == 404 and code == NO_METHOD)
    )


def _offered(reply: Response | Failed) -> str | None:
    """The newest revision that a modern server says it speaks, when it does not speak ours."""
    if isinstance(reply, Failed) or reply.status != 400:
        return None
    error = _rpc_error(reply)
    data = error.get("data")
    supported = data.get("supported") if isinstance(data, dict) else None
    if error.get("code") != UNSUPPORTED_VERSION or not isinstance(supported, list):
        return None
    versions = [v for v in supported if isinstance(v, str) and DATED.fullmatch(v)]
    return max(versions, default=None)


def _rpc_error(reply: Response) -> dict[str, Any]:
    error = _message(reply).get("error")
    return error if isinstance(error, dict) else {}
