"""Gives a program what it needs to call a server. All ways of doing so come through here."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError, NoSuchServer
from keyrack.domain.event import Way
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import IssuedToken, get_token

ANSWER = 8.0  # seconds for the user's answer, where `confirm` asks
PATIENCE = 5.0  # seconds; Claude Code and Codex give a helper ten


def hand_out(
    adapters: Adapters,
    server: Server,
    way: Way,
    *,
    min_valid: float | None = None,
    for_url: str = "",
    again_after: float | None = None,
    already: Mapping[str, Secret] | None = None,
) -> IssuedToken:
    """The token and the headers for a program. Never opens a browser.

    Each hand-out is logged before the caller has the token, so nobody can get one and prevent the line. A
    caller that runs on passes the headers that its program has `already`; the same ones are not logged again.

    `for_url` is the URL that the program says it will send them to: any other server's are refused, since a
    project's configuration could name the wrong one. Without `min_valid` (seconds), a slow refresh is not
    waited for while the old token is valid. `again_after`: see `repeated.unless_refused`.
    Raises NoSuchServer, LoginNeeded, Temporary, StoreUnavailable.
    """
    given = ready(adapters, server, min_valid=min_valid, for_url=for_url)
    if again_after is not None:
        from keyrack.operations.handout.repeated import unless_refused

        given = unless_refused(adapters, server, given, again_after)
    release(adapters, server, way, given.headers, already)
    return given


def ready(adapters: Adapters, server: Server, *, min_valid: float | None, for_url: str) -> IssuedToken:
    """What `hand_out` would hand out, for finding out whether it could. No program may get it."""
    if for_url:
        refuse_another(server, for_url)
    if min_valid is None:
        return get_token(adapters, server, min_valid=REFRESH_EARLY, patience=PATIENCE)
    return get_token(adapters, server, min_valid=min_valid)


def release(
    adapters: Adapters,
    server: Server,
    way: Way,
    headers: Mapping[str, Secret],
    already: Mapping[str, Secret] | None = None,
) -> None:
    """What has to happen before a program gets these headers, unless it has them `already`: ask the user if
    the server's `confirm` setting says so, and log it. Raises NotAllowed."""
    if already is not None and dict(headers) == dict(already):
        return
    program = "" if way == "screen" else adapters.caller()
    if server.confirm and way != "screen":  # where the user has been asked already
        _ask(adapters, server, way, program)
    log_event(adapters, server, "handed-out", way=way, program=program)


def _ask(adapters: Adapters, server: Server, way: Way, program: str) -> None:
    """Raises NotAllowed unless the user allows it now."""
    from keyrack.domain.consent import HandOutRequest
    from keyrack.domain.errors import NotAllowed

    until = adapters.now() + ANSWER
    request = HandOutRequest(server.display_name, way, program, until, is_secrets=bool(server.secrets))
    allowed = adapters.consent().ask(request)
    if allowed:
        return
    said = "You did not allow it." if allowed is False else "Nobody allowed it in time."
    log_event(adapters, server, "not-handed-out", said, way=way, program=program)
    were = "were" if request.is_secrets else "was"
    raise NotAllowed(
        f"The {request.what} {server.display_name} {were} not handed out. {said}",
        hint="Its “confirm” setting asks first. Open keyrack in another terminal to be asked there, and try"
        " again.",
    )


def refuse_another(server: Server, url: str, variable: str = "CLAUDE_CODE_MCP_SERVER_URL") -> None:
    """Raise NoSuchServer unless `url`, which `variable` has from the program, is the server's."""
    from keyrack.domain.address_key import without_key
    from keyrack.domain.resource import canonical_url

    if server.address_key is not None and server.address_key.url.reveal() == url:
        return
    try:
        if server.url is not None and canonical_url(without_key(url)) == canonical_url(server.url):
            return
    except KeyrackError:
        pass
    raise NoSuchServer(
        f"The program asks for another server than {server.display_name}, so it gets no token.",
        hint=f"{variable} has a URL that is not {server.url}.",
    )
