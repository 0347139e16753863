"""When a server asks for a pause, the user is told how long it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from keyrack.domain.errors import Temporary
from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.device import device_flow
from keyrack.oauth.effects import DeviceRequest
from keyrack.oauth.flow import login_flow
from keyrack.oauth.http import Response
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.probe import probe
from keyrack.oauth.retry_after import asks_to_wait, retry_after
from keyrack.oauth.revoke import why_not
from support.canned import ISSUER, META, URL, World, metadata, play, reply

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
NO = {
    "none": {}, "empty": {"Retry_After": ""}, "a word": {"Retry_After": "soon"},
    "minus": {"Retry_After": "-5"}, "a fraction": {"Retry_After": "4.5"},
    "other digits": {"Retry_After": "٤٧"},
    "over 31 days": {"Retry_After": "2678401"},
    "too much": {"Retry_After": "9" * 400}, "no date": {"Retry_After": "Wed, 99 Oct 2026 07:28:00 GMT"},
    "long": {"Retry_After": "x" * 10_000},
}  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "seconds", "words"),
    [
        ({"Retry_After": "47"}, 47, ", and asks to wait 47 s"),
        ({"Retry_After": "2678400"}, 2678400, ", and asks to wait 2678400 s (44640 min)"),
        ({"Retry_After": " 0 "}, 0, ", and asks to wait 0 s"),
        ({"Retry_After": "120"}, 120, ", and asks to wait 120 s"),
        ({"Retry_After": "121"}, 121, ", and asks to wait 121 s (3 min)"),
        ({"Retry_After": "7200"}, 7200, ", and asks to wait 7200 s (120 min)"),
        (
            {"Retry_After": DATE, "Date": "Wed, 21 Oct 2026 07:27:13 GMT"},
            47,
            ", and asks to wait 47 s",
        ),
        ({"Retry_After": DATE, "Date": "Wed, 21 Oct 2026 08:00:00 GMT"}, 0, ", and asks to wait 0 s"),
        ({"Retry_After": DATE}, None, ", and asks to wait until 2026-10-21 07:28:00 UTC"),
        ({"Retry_After": "Wed, 21 Oct 2026 09:28:00 +0200"}, None, " until 2026-10-21 07:28:00 UTC"),
    ],
)
def test_seconds_and_dates_are_understood(headers: dict[str, str], seconds: float, words: str) -> None:
    answer = reply(None, 429, **headers)
    assert retry_after(answer) == seconds and asks_to_wait(answer).endswith(words)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone can't be changed here")
def test_a_date_of_an_unknown_zone_is_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5322, section 3.3."""
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            said = asks_to_wait(reply(None, 429, Retry_After="Wed, 21 Oct 2026 07:28:00 -0000"))
    finally:
        time.tzset()
    assert said == ", and asks to wait until 2026-10-21 07:28:00 UTC"


@pytest.mark.parametrize("headers", NO.values(), ids=NO)
def test_a_retry_after_that_makes_no_sense_is_ignored(headers: dict[str, str]) -> None:
    assert retry_after(reply(None, 429, **headers)) is None
    assert asks_to_wait(reply(None, 429, **headers)) == ""


LATER: list[Response] = [reply(None, status, Retry_After="47") for status in (429, 503)]
SERVER = AuthorizationServer(
    ISSUER, ISSUER + "/authorize", ISSUER + "/token", device_authorization_endpoint=ISSUER + "/device"
)
OPENID = ISSUER + "/.well-known/openid-configuration"
CLIENT = Registration(ISSUER, "c", "dynamic")


def log_in(**routes: Any) -> Callable[[], Any]:
    return lambda: play(login_flow(LoginRequest(URL, now=lambda: 0.0)), World(**routes))


def get_code(answer: Response) -> Callable[[], Any]:
    login_request = DeviceRequest(SERVER, CLIENT, (), None, URL, lambda: 0.0)
    return lambda: play(device_flow(login_request), World(**{f"POST {ISSUER}/device": answer}))


def push(answer: Response) -> Callable[[], Any]:
    par = ISSUER + "/par"
    fields = metadata(require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=par)
    return log_in(**{f"GET {META}": reply(fields), f"POST {par}": answer})


@pytest.mark.parametrize("answer", LATER, ids=["429", "503"])
def test_each_request_of_a_login_tells_it(answer: Response) -> None:
    asked = {
        "server": log_in(**{f"POST {URL}": answer}),
        "registration": log_in(**{f"POST {ISSUER}/register": answer}),
        "metadata": log_in(**{f"GET {META}": answer, f"GET {OPENID}": answer}),
        "pushed request": push(answer),
        "token": log_in(**{f"POST {ISSUER}/token": answer}),
        "device code": get_code(answer),
    }
    for what, act in asked.items():
        with pytest.raises(Temporary) as caught:
            act()
        assert "47 s" in f"{caught.value} {caught.value.hint}", what


@pytest.mark.parametrize("answer", LATER, ids=["429", "503"])
def test_a_check_and_a_revocation_tell_it(answer: Response) -> None:
    found = play(probe(URL, {"Authorization": Secret("Bearer t")}), World(**{f"POST {URL}": answer})).result
    assert found.verdict == "unreachable" and found.reason.endswith("asks to wait 47 s.")
    assert "asks to wait 47 s" in (why_not(answer) or "")
