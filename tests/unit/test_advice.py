"""A refused registration becomes advice: who this vendor lets in, and what to register."""

import pytest

from keyrack.domain.errors import ClientNeeded
from keyrack.domain.model import Server
from keyrack.operations.advice import advised
from keyrack.operations.login import login
from support.canned import ISSUER, REDIRECT, World, reply
from support.workbench import SERVER, build

REFUSED = ClientNeeded("It refused: 403.", issuer="https://auth.example", redirect_uri=REDIRECT)


@pytest.mark.parametrize(
    ("url", "said", "unsaid"),
    [
        ("https://mcp.figma.com/mcp", ["admits only apps", "Figma"], ["keyrack set", REDIRECT]),
        ("https://mcp.asana.com/v2/mcp", ["app of your own", REDIRECT, "app.asana.com"], ["keyrack set"]),
        ("https://mcp.slack.com/mcp", ["app of your own", REDIRECT, "keyrack set theirs"], []),
        ("https://mcp.linear.app/mcp", [REDIRECT], ["admits only"]),
        ("https://unknown.example/mcp", [REDIRECT, "client id"], ["keyrack set"]),
    ],
)
def test_the_advice_is_the_vendor_s(url, said, unsaid):
    found = advised(REFUSED, Server("theirs", url))
    assert str(found) == "It refused: 403."
    assert (found.issuer, found.redirect_uri) == (REFUSED.issuer, REDIRECT)
    assert [words for words in said if words not in found.hint] == []
    assert [words for words in unsaid if words in found.hint] == []


def test_a_login_that_is_not_let_in_says_so_with_the_exact_redirect_uri():
    world = World(**{f"POST {ISSUER}/register": reply({"error": "access_denied"}, 403)})
    with pytest.raises(ClientNeeded, match="access_denied") as caught:
        login(build(world), SERVER)
    assert caught.value.redirect_uri == REDIRECT and REDIRECT in caught.value.hint
