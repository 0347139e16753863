"""A response that belongs to another login is reported at once, and the login continues."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.effects import SignIn, Step
from keyrack.oauth.stray import about_stray
from keyrack.operations.login.flow_runner import MOST_STRAY
from keyrack.operations.login.login import login
from support.canned import ISSUER, REDIRECT, URL, World, rpc, unauthorized
from support.workbench import SERVER, Listener, approve, build

SERVER_AT = AuthorizationServer(ISSUER, ISSUER + "/authorize", ISSUER + "/token")
SIGN_IN = SignIn(ISSUER + "/authorize", ISSUER, REDIRECT, Secret("st"), server=SERVER_AT)
REFUSAL = {"error": "invalid_scope", "error_description": "No such scope."}
WORDS = "invalid_scope: No such scope"


def about(sign_in: SignIn = SIGN_IN, /, **answer: str) -> str:
    line = about_stray({key: Secret(value) for key, value in answer.items()}, sign_in)
    assert line.state == "failed"
    return f"{line.title}. {line.detail}"


def test_a_refusal_without_a_state_is_told_with_the_server_s_words() -> None:
    said = about(**REFUSAL)
    assert "without a state" in said and WORDS in said and "the login continues" in said
    assert WORDS in about(**REFUSAL, iss=ISSUER) and WORDS in about(**REFUSAL, state="")


def test_its_words_are_harmless_and_short() -> None:
    said = about(error="\x1b[2Jbad\n\u202eevil", error_description="x" * 5000)
    assert "\x1b" not in said and "\n" not in said and "\u202e" not in said and len(said) < 500


@pytest.mark.checklist(19)
@pytest.mark.parametrize(
    ("sign_in", "more"),
    [
        (SIGN_IN, {"iss": "https://evil.example"}),
        (SIGN_IN._replace(needs_issuer=True), {}),
        (SIGN_IN._replace(needs_issuer=True), {"iss": "https://evil.example"}),
        (SIGN_IN, {"state": "another"}),
    ],
)
def test_19_words_that_may_not_be_the_issuer_s_are_not_shown(sign_in: SignIn, more: dict[str, str]) -> None:
    said = about(sign_in, **REFUSAL, **more)
    assert "scope" not in said and "evil" not in said and "Received a response" in said


def test_a_code_without_a_state_is_ignored_and_the_page_says_so() -> None:
    said = about(code="secret-code")
    assert "ignored" in said and "secret-code" not in said


class Visited(Listener):
    """These answers come first, then the right one."""

    def __init__(self, strays: list[dict[str, str]]) -> None:
        super().__init__(approve)
        self._strays = strays

    def wait(self, seconds: float) -> Any:
        for each in self._strays:
            self.stray({key: Secret(value) for key, value in each.items()})
        return super().wait(seconds)


def log_in(*strays: dict[str, str]) -> list[Step]:
    events: list[Any] = []

    def answer(request: Any) -> Any:
        return rpc() if "Authorization" in request.headers else unauthorized()

    adapters = build(World(**{f"POST {URL}": answer}))
    adapters = adapters._replace(listen=lambda port, host, path: Visited(list(strays)))
    assert login(adapters, SERVER, on_event=events.append).client_id == "dyn-1"
    return [event for event in events if isinstance(event, Step) and event.key == "stray"]


def test_the_login_goes_on_and_takes_the_right_answer() -> None:
    told = log_in(REFUSAL)
    assert len(told) == 1 and WORDS in told[0].detail


def test_whoever_sends_many_is_told_of_a_few_times() -> None:
    assert len(log_in(*[REFUSAL] * 50)) == 1
    assert len(log_in(*[{"error": f"e{number}"} for number in range(50)])) == MOST_STRAY
