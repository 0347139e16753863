"""Responses that do not belong to this login, and what the user is told about them.

Anyone can send the browser to the callback, so such a response does not end the login. But if a sign-in
page refuses and omits the state (against RFC 6749, section 4.1.2.1), the user must learn about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.oauth.effects import SignIn, Step

NO_STATE = "Received a response without a state"


def about_stray(answer: Mapping[str, Secret], sign_in: SignIn) -> Step:
    """A line about a response with another state or none, in addition to the login's steps.

    Its text is only shown if it may come from the issuer: not with another login's state, and not if the
    issuer is not named as it should be (RFC 9207, section 2.4).
    """
    if "state" in answer and answer["state"].reveal():
        return _line("Received a response to another login", "Sign in on the page that this login opened.")
    if "error" not in answer:
        return _line(
            NO_STATE,
            "It was ignored, and the login continues. If you have just signed in, the server drops the "
            "state, and its operator must fix that.",
        )
    words = f"{_words(answer)}. " if _may_be_the_issuer_s(answer, sign_in) else ""
    return _line(
        NO_STATE,
        f"{words}Anyone could have sent it, so the login continues. Cancel it if the sign-in page refused.",
    )


def _line(title: str, detail: str) -> Step:
    return Step("stray", title, "failed", detail)


def _words(answer: Mapping[str, Secret]) -> str:
    parts = [plain(answer["error"].reveal(), 80)]
    if "error_description" in answer:
        parts.append(plain(answer["error_description"].reveal(), 200))
    return ": ".join(parts).rstrip(".")


def _may_be_the_issuer_s(answer: Mapping[str, Secret], sign_in: SignIn) -> bool:
    issuer = answer.get("iss")
    if issuer is None:
        return not sign_in.needs_issuer
    return sign_in.server is not None and sign_in.server.is_named_by(issuer.reveal())
