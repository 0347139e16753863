"""An answer that is not this login's: what the person is told of it while the login goes on.

Anybody can send the browser to the callback, so it ends nothing. But a sign-in page that refuses, and
leaves the state out (against RFC 6749, section 4.1.2.1), would leave the person waiting without a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.oauth.effects import SignIn, Step

NO_STATE = "Received a response without a state"


def about_stray(answer: Mapping[str, Secret], sign_in: SignIn) -> Step:
    """What an answer is whose state is another one, or missing, as a line aside from the login's steps.

    Its words are shown only where they may be the issuer's: never with a state that is not this
    login's, nor where the issuer is not named as it should be (RFC 9207, section 2.4).
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
