"""The device authorization grant (RFC 8628): sign in on any device by entering a short code."""

from __future__ import annotations

from keyrack.domain.errors import AccessDenied, KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import TokenSet
from keyrack.domain.resource import inert, origin, refusal_of
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import DEVICE_GRANT
from keyrack.oauth.document import BadDocument, number, read_object, said, text
from keyrack.oauth.effects import DeviceRequest, Flow, Pause, ShowCode
from keyrack.oauth.http import Failed, Request, Response, send
from keyrack.oauth.refusal import setting_for
from keyrack.oauth.retry_after import asks_to_wait
from keyrack.oauth.token import authenticated
from keyrack.oauth.token_reply import error_of, read_reply, read_tokens

INTERVAL = 5.0  # seconds between polls, if the issuer names no interval
SLOWER = 5.0  # seconds to add after each slow_down
LONGEST_INTERVAL = 60.0
LIFETIME = (30.0, 1800.0)  # seconds: the minimum and maximum time to wait for a code
LONGEST_CODE = 40  # characters that a person may have to type


def device_flow(device_request: DeviceRequest) -> Flow[TokenSet]:
    """Get a code, show it, and poll until someone has entered it. Returns TokenSet.

    Raises AccessDenied, LoginNeeded (the code has run out), Temporary, KeyrackError.
    """
    endpoint = device_request.server.device_authorization_endpoint
    assert endpoint is not None
    form: dict[str, str | Secret] = {}
    if device_request.scopes:
        form["scope"] = " ".join(device_request.scopes)
    if device_request.resource is not None:
        form["resource"] = device_request.resource
    reply = yield from send(authenticated(endpoint, device_request.registration, form))
    code, device_code, interval = _read(reply, device_request, endpoint)
    yield code
    return (yield from _poll(device_request, device_code, interval, code.expires_at))


def _poll(
    device_request: DeviceRequest, device_code: Secret, interval: float, expires_at: float
) -> Flow[TokenSet]:
    """RFC 8628, sections 3.4 and 3.5."""
    url = device_request.server.token_endpoint
    while device_request.now() < expires_at:
        yield Pause(interval)
        reply = yield from send(_token_request(device_request, url, device_code))
        error = _error(reply)
        if error == "authorization_pending":
            continue
        if error == "slow_down":
            interval = min(interval + SLOWER, LONGEST_INTERVAL)
            continue
        if error == "access_denied":
            raise AccessDenied(
                "Access was denied on the sign-in page.", hint="Log in again and approve the request."
            )
        if error == "expired_token":
            break
        try:
            return read_tokens(reply, url, now=device_request.now(), asked_scopes=device_request.scopes)
        except Temporary:
            # Section 3.5: poll less often after a timeout, to avoid adding to network trouble.
            interval = min(interval * 2, LONGEST_INTERVAL)
    raise LoginNeeded("The code expired before anyone entered it.", hint="Log in again to get a new code.")


def _token_request(device_request: DeviceRequest, url: str, device_code: Secret) -> Request:
    form: dict[str, str | Secret] = {"grant_type": DEVICE_GRANT, "device_code": device_code}
    if device_request.resource is not None:
        form["resource"] = device_request.resource
    return authenticated(url, device_request.registration, form)


def _read(
    reply: Response | Failed, device_request: DeviceRequest, endpoint: str
) -> tuple[ShowCode, Secret, float]:
    """The code to show, the code to poll with, and the interval (section 3.2)."""
    where = origin(endpoint)
    if isinstance(reply, Failed):
        kind = KeyrackError if reply.refused else Temporary
        raise kind(f"{where} could not be asked for a device code: {reply.reason}")
    if reply.status >= 500 or reply.status == 429:
        raise Temporary(f"{where} answered {reply.status} when asked for a device code{asks_to_wait(reply)}.")
    try:
        document = read_object(reply.body)
    except BadDocument as problem:
        raise KeyrackError(f"{where} answered {reply.status}, and its reply {problem}.") from None
    if not 200 <= reply.status < 300:
        words = said(document)
        raise KeyrackError(
            f"{where} did not return a device code: {words or f'status {reply.status}'}.",
            setting=setting_for(text(document, "error") or "", words),
        )
    device_code, user_code = text(document, "device_code"), text(document, "user_code")
    page = text(document, "verification_uri") or text(document, "verification_url")  # Google's spelling
    if device_code is None or user_code is None or page is None:
        raise KeyrackError(f"{where} returned an incomplete device code.")
    if len(user_code) > LONGEST_CODE or not (user_code.isascii() and user_code.isprintable()):
        raise KeyrackError(f"{where} returned a device code that can't be typed.")
    refusal = refusal_of(page, server_url=device_request.server_url)
    if refusal:
        raise KeyrackError(f"{where} returned a verification page that keyrack won't show: {refusal}.")
    whole = text(document, "verification_uri_complete")
    if whole is not None and (
        refusal_of(whole, server_url=device_request.server_url) or origin(whole) != origin(page)
    ):
        whole = None
    shortest, longest = LIFETIME
    lifetime = min(max(number(document, "expires_in") or longest, shortest), longest)
    interval = min(max(number(document, "interval") or INTERVAL, 1.0), LONGEST_INTERVAL)
    code = ShowCode(user_code, inert(page), whole and inert(whole), device_request.now() + lifetime)
    return code, Secret(device_code), interval


def _error(reply: Response | Failed) -> str:
    return "" if isinstance(reply, Failed) else error_of(read_reply(reply.body))
