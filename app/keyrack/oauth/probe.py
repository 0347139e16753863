"""What kind of server this is, and whether it accepts a token (checklist, "Probe")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.domain.model import Verdict
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import inert, origin, redirect_target
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED
from keyrack.oauth.challenge import Challenge, bearer, parse_challenges
from keyrack.oauth.http import Failed, Request, Response, Send, Sending, send
from keyrack.oauth.retry_after import asks_to_wait
from keyrack.oauth.rpc import DATED, has_result, is_modern, is_modern_error, offered_version, result_of
from keyrack.oauth.trace import shown_url

MODERN = "2026-07-28"
INITIALIZE = "2025-11-25"  # one request covers 2025-03-26 to 2025-11-25
OLDEST = "2024-11-05"
ACCEPT = "application/json, text/event-stream"
CLIENT = {"name": "keyrack", "version": "1"}
# Seconds for the first response: a server that knows `server/discover` answers at once, and some that
# do not know it never answer. A server that was just starting is asked again.
SILENCE = 4.0

Headers = Mapping[str, str | Secret]


class Probed(NamedTuple):
    """The result of a probe. `challenge` is set after a 401, or a 403 that asks for more scopes."""

    verdict: Verdict
    reason: str = ""
    revision: str | None = None
    challenge: Challenge | None = None
    refused: bool = False  # with the verdict "unreachable": keyrack refused to contact it
    setting: str = ""  # with the verdict "unreachable": the setting in keyrack's own file that may help
    sent_to: str = (
        ""  # the target of a redirect on the server's own origin that was not followed; safe to type
    )
    older: bool = False  # it does not support any 2026 revision, so `server/discover` need not be tried again


class _Asked(NamedTuple):
    """The server that a probe contacts, and its headers."""

    url: str
    headers: Headers  # of every request
    tried: bool  # a credential is among them


def probe(
    url: str, credential: Headers | None = None, *, others: Headers | None = None, older: bool = False
) -> Sending[Probed]:
    """Ask the server, with the given credential headers or anonymously.

    `others` are headers without a credential. `older` comes from an earlier probe. The server only counts as
    unreachable if `initialize` gets no response.
    """
    asked = _Asked(url, {**(others or {}), **(credential or {})}, bool(credential))
    if older:
        return (yield from _older(asked))
    version, reply = yield from _discover(asked, SILENCE)
    if _is_last_word(reply):
        verdict = _refusal(reply, asked)
        assert verdict is not None
        return verdict
    found = yield from _newer(asked, version, reply)
    return found or (yield from _older(asked, heard=isinstance(reply, Response)))


def try_credential(
    url: str, credential: Headers, *, others: Headers | None = None, without: Probed | None = None
) -> Sending[Probed]:
    """Does the server accept this credential?

    The verdict is "accepted" only if the credential makes a difference. If the server accepts the same
    requests without it, the verdict is theirs ("open", "optional"), and the reason says that the token could
    not be tested. `without` is the result of an anonymous probe; if missing, one is made when needed.
    """
    found = yield from probe(url, credential, others=others, older=without is not None and without.older)
    if found.verdict != "accepted":
        return found
    if without is None:
        without = yield from probe(url, others=others, older=found.older)
    return without._replace(reason=UNTESTED) if without.verdict == "open" else found


def _is_last_word(reply: Response | Failed) -> bool:
    """Does a response to `server/discover` end the probe?"""
    if isinstance(reply, Failed):
        return reply.refused and reply.sent_to is None  # a URL that keyrack refuses to contact
    return reply.status in (401, 403)


def _discover(asked: _Asked, seconds: float | None) -> Sending[tuple[str, Response | Failed]]:
    """`server/discover` in the newest revision that both sides support. Returns that and the reply."""
    version = MODERN
    reply = yield from send(_modern(asked, "server/discover", version)._replace(seconds=seconds))
    offered = offered_version(reply)
    if offered is not None and offered != version:
        version = offered
        reply = yield from send(_modern(asked, "server/discover", version))
    return version, reply


def _newer(asked: _Asked, version: str, discovered: Response | Failed) -> Sending[Probed | None]:
    """Probe a server of 2026-07-28 or later. None if it is not one after all.

    Older servers answer an unknown method with the same codes, but list no tools without a session.
    """
    if not is_modern(discovered):
        return None
    reply = yield from send(_modern(asked, "tools/list", version))
    if not (has_result(discovered) or has_result(reply) or _refusal(reply, asked)):
        return None
    return _confirmed(reply, asked, version)


def _older(asked: _Asked, *, heard: bool = True) -> Sending[Probed]:
    """`initialize`, for revisions before 2026-07-28. `heard`: there was an earlier response."""
    params = {"protocolVersion": INITIALIZE, "capabilities": {}, "clientInfo": CLIENT}
    reply = yield from send(
        _post(asked, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, {})
    )
    if not heard and is_modern_error(reply):
        version, discovered = yield from _discover(asked, None)
        found = yield from _newer(asked, version, discovered)
        if found is not None:
            return found
    verdict = _refusal(reply, asked)
    if verdict is not None:
        return verdict._replace(older=True)
    assert isinstance(reply, Response)
    if reply.status in (400, 404, 405):
        return (yield from _oldest(asked, reply.status))._replace(older=True)
    if reply.status != 200 or not has_result(reply):
        return _no_mcp(reply.status)
    spoken = result_of(reply).get("protocolVersion")
    dated = isinstance(spoken, str) and DATED.fullmatch(spoken)
    revision = str(spoken) if dated else INITIALIZE
    headers: dict[str, str | Secret] = {"MCP-Protocol-Version": revision}
    session = reply.header("Mcp-Session-Id")
    if session and session.isascii() and session.isprintable():
        headers["Mcp-Session-Id"] = session
    yield Send(_post(asked, {"jsonrpc": "2.0", "method": "notifications/initialized"}, headers))
    listing = _post(asked, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, headers)
    found = _confirmed((yield from send(listing)), asked, revision)
    if "Mcp-Session-Id" in headers:
        yield Send(Request("DELETE", asked.url, {**headers, **asked.headers}, repeatable=True))
    return found._replace(older=True)


def _oldest(asked: _Asked, status: int) -> Sending[Probed]:
    """2024-11-05: an event stream whose first event is `endpoint`. `status` was `initialize`'s."""
    reply = yield from send(
        Request("GET", asked.url, {"Accept": "text/event-stream", **asked.headers}, stream=True)
    )
    if isinstance(reply, Response) and reply.status in (401, 403):
        verdict = _refusal(reply, asked)
        assert verdict is not None
        return verdict
    if (
        isinstance(reply, Response)
        and reply.status == 200
        and "text/event-stream" in (reply.header("Content-Type") or "")
        and b"event: endpoint" in reply.body
    ):
        return Probed("accepted" if asked.tried else "open", revision=OLDEST)
    return _no_mcp(status)


def _no_mcp(status: int) -> Probed:
    return Probed("unknown", f"The server answered {status}, but not like an MCP server.")


def _confirmed(reply: Response | Failed, asked: _Asked, revision: str) -> Probed:
    """Confirm with the list of tools: the handshake may be open although the tools are not."""
    verdict = _refusal(reply, asked)
    if verdict is None:
        return Probed("accepted" if asked.tried else "open", revision=revision)
    if verdict.verdict == "required":
        return verdict._replace(verdict="optional", revision=revision)
    return verdict._replace(revision=revision)


def _refusal(reply: Response | Failed, asked: _Asked) -> Probed | None:
    """The verdict if a reply ends the probe at once; None to continue."""
    if isinstance(reply, Failed):
        reason = _redirected(reply.sent_to, asked) if reply.sent_to is not None else ""
        if reason:
            return Probed("unreachable", reason)
        return Probed("unreachable", reply.reason, refused=reply.refused, setting=reply.setting)
    if reply.status == 401:
        challenge = bearer(parse_challenges(reply.all("WWW-Authenticate")))
        if asked.tried:
            return Probed("refused", "The server refused the token.", challenge=challenge)
        return Probed("required", challenge=challenge)
    if reply.status == 403:
        challenge = bearer(parse_challenges(reply.all("WWW-Authenticate")))
        if challenge and challenge.params.get("error") == "insufficient_scope":
            scopes = " ".join(challenge.params.get("scope", "").split())[:200]
            wants = f"The server requires more scopes{': ' + scopes if scopes else ''}."
            return Probed("accepted" if asked.tried else "required", wants, challenge=challenge)
        return Probed(
            "unknown", "The server answered 403, which does not tell whether the token is accepted."
        )
    if 300 <= reply.status < 400:
        location = reply.header("Location")
        if location is None:
            return Probed("unreachable", f"The server answered {reply.status}.")
        target = redirect_target(reply.url or asked.url, location) or ""
        own = bool(target) and origin(target) == origin(asked.url)
        reason = _redirected(target, asked, reply.status)
        return Probed("unreachable", reason, sent_to=_shown(target) if own else "")
    if reply.status >= 500 or reply.status == 429:
        return Probed("unreachable", f"The server answered {reply.status}{asks_to_wait(reply)}.")
    return None


def _redirected(target: str, asked: _Asked, status: int = 0) -> str:
    """A redirect that was not followed, as a sentence; "" if the HTTP client has a better one."""
    if not target:
        return "The server redirects to something that is not a web URL."
    where = _shown(target)
    if origin(target) != origin(asked.url):
        return f"The server redirects to {where}. keyrack does not follow redirects to another origin."
    if not status:
        return ""
    return f"The server redirects to {where} ({status}). keyrack only repeats a request after 307 or 308."


def _shown(url: str) -> str:
    return shown_url(inert(url)) if url else ""


def _modern(asked: _Asked, method: str, version: str) -> Request:
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": CLIENT,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}}
    return _post(asked, body, {"MCP-Protocol-Version": version, "Mcp-Method": method})


def _post(asked: _Asked, body: Any, headers: Headers) -> Request:
    sent = {"Accept": ACCEPT, **headers, **asked.headers}
    return Request("POST", asked.url, sent, json=body, repeatable=True)
