"""The sentence next to a state, with the next step."""

from __future__ import annotations

import pytest

from keyrack.domain.model import AddressKey, Check, CredentialInfo, Header, Server, Source, Variable
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED, Action, State
from keyrack.wording.status import status_of

NOW = 1_000_000.0
CURSOR = Source("Cursor", "/x", "linear")
SERVER = Server("linear", "https://mcp.linear.app/mcp", sources=(CURSOR,))
OAUTH = CredentialInfo("oauth", obtained_at=NOW - 100, refreshable=True)
TOKEN = CredentialInfo("token", obtained_at=NOW - 100)
UNSET = Header("X-Api-Key", "${X}", Secret(""), (Variable("X", False), Variable("Y", True)))
SET = Header("X-Api-Key", "${X}", Secret("k"), (Variable("X", True),))
KEYED = SERVER._replace(address_key=AddressKey(Secret("https://mcp.linear.app/k"), "its path"))
IN_URL = "The URL in Cursor's configuration contains a key (its path)."


@pytest.mark.parametrize(
    ("server", "check", "state", "action", "reason"),
    [
        (
            SERVER._replace(headers=(SET,)),
            Check(NOW, "accepted"),
            State.CONFIGURED,
            None,
            "X-Api-Key is set in the configuration: ${X}.",
        ),
        (
            SERVER._replace(headers=(SET._replace(source=CURSOR),)),
            Check(NOW, "refused"),
            State.LOGIN_NEEDED,
            Action.CHECK,
            "X-Api-Key is set in Cursor's configuration, but the server refused it. Change it there.",
        ),
        (
            SERVER._replace(headers=(SET._replace(plaintext=True, not_movable_because="It is shared."),)),
            None,
            State.CONFIGURED,
            None,
            "X-Api-Key is set in the configuration, where it is written in plain text: ${X}. It is shared.",
        ),
        (
            SERVER._replace(headers=(UNSET,)),
            None,
            State.EMPTY_HEADER,
            Action.SET_VARIABLE,
            "The X-Api-Key header is skipped, because X is not set.",
        ),
        (
            SERVER._replace(headers=(UNSET._replace(variables=(), source=CURSOR),)),
            None,
            State.EMPTY_HEADER,
            Action.LOGIN,
            "The X-Api-Key header in Cursor's configuration is skipped, because it is empty.",
        ),
        (
            SERVER._replace(headers=(UNSET._replace(asked=True),)),
            None,
            State.CONFIGURED,
            None,
            "The program fills in the X-Api-Key header itself.",
        ),
        (
            SERVER._replace(headers=(UNSET._replace(withheld=True),)),
            None,
            State.EMPTY_HEADER,
            Action.LOGIN,
            "Only a project's file sets the X-Api-Key header, and it can't use your variables.",
        ),
        (KEYED, None, State.CONFIGURED, None, IN_URL),
        (KEYED, Check(NOW, "accepted"), State.CONFIGURED, None, IN_URL),
        (
            KEYED._replace(sources=()),
            Check(NOW, "refused"),
            State.LOGIN_NEEDED,
            Action.CHECK,
            "The server refused the URL in the configuration, which contains a key (its path)."
            " Change it there.",
        ),
        (
            Server("local", transport="stdio", variables=(Variable("X", False), Variable("Y", True))),
            None,
            State.STDIO,
            None,
            "A local process. Not set in its environment: X.",
        ),
        (
            Server("bad", problem="X is not set.", variables=(Variable("X", False), Variable("Y", True))),
            None,
            State.EMPTY_HEADER,
            Action.SET_VARIABLE,
            "X is not set.",
        ),
        (
            Server("bad", problem="It is odd.", variables=(Variable("Y", True),)),
            None,
            State.BAD_ENTRY,
            Action.OPEN_FILE,
            "It is odd.",
        ),
        (SERVER, Check(NOW, "unreachable", "no route"), State.UNREACHABLE, Action.CHECK, "no route"),
        (
            SERVER,
            Check(NOW, "unreachable"),
            State.UNREACHABLE,
            Action.CHECK,
            "The server could not be reached.",
        ),
        (SERVER, Check(NOW, "unknown", "It is odd."), State.NO_CREDENTIAL, Action.LOGIN, "It is odd."),
        (
            SERVER,
            Check(NOW, "unknown"),
            State.NO_CREDENTIAL,
            Action.LOGIN,
            "The server did not say whether it needs a credential.",
        ),
        (
            SERVER,
            Check(NOW, "required"),
            State.NO_CREDENTIAL,
            Action.LOGIN,
            "The server needs a credential, and none is stored.",
        ),
    ],
)
def test_where_nothing_is_stored_the_reason_is_what_is_configured_or_what_a_check_found(
    server: Server, check: Check | None, state: State, action: Action | None, reason: str
) -> None:
    assert status_of(server, None, check, NOW)[:3] == (state, reason, action)


STORED_AT = OAUTH.obtained_at
UNKNOWN = "The token is stored; its expiry is unknown."
RENEWED = "It is renewed when it is used."
UNTRIED = "The token is stored and has not been tested yet."


@pytest.mark.parametrize(
    ("credential", "check", "reason"),
    [
        (OAUTH._replace(expires_at=NOW + 40), None, f"The token is stored and has not expired. {RENEWED}"),
        (TOKEN._replace(expires_at=NOW + 8 * 86400), None, "The token is stored and has not expired."),
        (TOKEN._replace(expires_at=NOW + 600), None, "The token expires soon and does not renew itself."),
        (
            OAUTH._replace(expires_at=NOW),
            None,
            "The access token has expired. A refresh token is stored, so it is renewed when it is used.",
        ),
        (OAUTH, Check(STORED_AT + 1, "unreachable", "no route"), "no route"),
        (OAUTH, Check(STORED_AT + 1, "unreachable"), "The server could not be reached."),
        (
            OAUTH,
            Check(STORED_AT, "unreachable", "no route"),
            f"{UNKNOWN} {RENEWED}",
        ),  # by the login itself, or before
        (OAUTH, None, f"{UNKNOWN} {RENEWED}"),
        (TOKEN, None, UNTRIED),
        (TOKEN, Check(STORED_AT, "accepted"), UNKNOWN),
        (TOKEN, Check(STORED_AT - 1, "accepted"), UNTRIED),  # another token
        (TOKEN, Check(STORED_AT, "unknown"), UNTRIED),
        (TOKEN, Check(STORED_AT, "open", UNTESTED), f"{UNKNOWN} {UNTESTED}"),
        (TOKEN, Check(STORED_AT - 1, "open", UNTESTED), UNTRIED),
        (TOKEN._replace(refused_at=NOW), None, "The server refused the token."),
        (TOKEN._replace(refused_at=NOW, refusal="It said no."), None, "It said no."),
        (OAUTH._replace(refusal="It said no."), None, "It said no."),
    ],
)
def test_what_is_known_about_a_stored_token_is_the_reason(
    credential: CredentialInfo, check: Check | None, reason: str
) -> None:
    assert status_of(SERVER, credential, check, NOW).reason == reason
