"""What is known of a vendor applies only to its own hosts, and the user's settings take precedence."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, PkceSupport
from keyrack.domain.secret import Secret
from keyrack.domain.vendor import UNKNOWN
from keyrack.oauth.flow import login_flow
from keyrack.oauth.login_request import LoginRequest
from keyrack.operations.login.login import login
from keyrack.services import vendors
from keyrack.services.vendors import vendor_of
from support.canned import PRM, URL, World, approve, metadata, play, query, reply
from support.workbench import SERVER, build

GOOGLE = "https://accounts.google.com"
ENTRA = "https://login.microsoftonline.com/0000aaaa-0000-0000-0000-00000000aaaa/v2.0"
ENTRA_SIGN_IN = "https://login.microsoftonline.com/0000aaaa/oauth2/v2.0/authorize"
SLACK = "https://mcp.slack.com"


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        (GOOGLE, "Google"),
        (GOOGLE + "/", "Google"),
        (ENTRA, "Microsoft Entra"),
        ("https://login.microsoftonline.us/common/v2.0", "Microsoft Entra"),
        ("https://tenant.eu.auth0.com/", "Auth0"),
        ("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", "Amazon Cognito"),
        (SLACK, "Slack"),
        ("https://acme.my.salesforce.com", "Salesforce"),
        ("https://login.salesforce.com", "Salesforce"),
        ("https://accounts.google.com.evil.example", ""),
        ("https://evil-accounts.google.com", ""),
        ("https://login.microsoftonline.com.evil.example/common/v2.0", ""),
        ("https://auth0.com", ""),
        ("https://evilauth0.com", ""),
        ("https://cognito-idp.evil.example.amazonaws.com", ""),
        ("https://cognito-idp.amazonaws.com", ""),
        ("https://evil.example/?x=cognito-idp.eu-west-1.amazonaws.com", ""),
        ("http://accounts.google.com", ""),
        ("not an address", ""),
    ],
)
def test_a_vendor_is_known_by_the_issuers_host_alone(issuer: str, name: str) -> None:
    assert vendor_of(issuer).name == name


def test_every_vendor_says_something_beside_its_name() -> None:
    for _, vendor in vendors._vendors():
        assert vendor._replace(name="") != UNKNOWN, vendor.name


def sent(
    issuer: str, settings: ClientSettings = ClientSettings(client_id="mine"), **changes: Any
) -> dict[str, str]:
    """The query of the sign-in page at an issuer with these scopes."""
    scopes = changes.pop("scopes", ["read"])
    fields = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", **changes}
    fields["token_endpoint"] = f"{issuer}/token"
    found = {"resource": URL, "authorization_servers": [issuer], "scopes_supported": scopes}
    world = World(
        **{
            f"GET {PRM}": reply(found),
            f"GET {issuer}/.well-known/openid-configuration": reply(metadata(**fields)),
            f"POST {issuer}/token": reply({"access_token": "at", "token_type": "Bearer"}),
        }
    )
    played = play(login_flow(LoginRequest(URL, settings, vendor_of=vendor_of)), world)
    parameters = query(played.sign_ins[0].url)
    form = world.to(f"{issuer}/token")[0].form
    assert form is not None
    assert form.get("resource") == parameters.get("resource") == played.result.resource
    return parameters


def test_google_gives_a_refresh_token_without_a_setting() -> None:
    asked = sent(GOOGLE, scopes=["read", "offline_access"], scopes_supported=["openid", "offline_access"])
    assert (asked["access_type"], asked["prompt"], asked["scope"]) == ("offline", "consent", "read")


def test_the_users_own_parameter_takes_the_place_of_the_vendors() -> None:
    mine = ClientSettings(client_id="mine", authorize=(("prompt", "select_account"), ("access_type", "")))
    asked = sent(GOOGLE, mine)
    assert asked["prompt"] == "select_account" and "access_type" not in asked
    scopes = ClientSettings(client_id="mine", scopes=("read", "offline_access"))
    assert sent(GOOGLE, scopes)["scope"] == "read offline_access"


def entra(settings: ClientSettings = ClientSettings(client_id="mine"), **changes: Any) -> dict[str, str]:
    return sent(ENTRA, settings, authorization_endpoint=ENTRA_SIGN_IN, **changes)


def test_entra_gets_no_resource_beside_scopes_that_name_theirs() -> None:
    assert "resource" not in entra(scopes=["api://0000aaaa/mcp.read"])
    assert entra(scopes=["mcp.read"])["resource"] == URL
    other = "https://login.microsoftonline.com/0000aaaa/oauth2/authorize"
    assert sent(ENTRA, authorization_endpoint=other, scopes=["api://0000aaaa/read"])["resource"] == URL
    own = ClientSettings(client_id="mine", send_resource=True)
    assert entra(own, scopes=["api://0000aaaa/mcp.read"])["resource"] == URL


def test_entra_is_not_asked_for_consent_beside_offline_access() -> None:
    scopes = ["api://0000aaaa/mcp.read", "openid"]
    asked = entra(scopes=scopes, scopes_supported=["openid", "offline_access"])
    assert "offline_access" in asked["scope"] and "prompt" not in asked
    own = ClientSettings(client_id="mine", authorize=(("prompt", "consent"),))
    assert entra(own, scopes=scopes)["prompt"] == "consent"


def test_slack_gets_a_persons_scopes_where_it_looks_for_them() -> None:
    asked = sent(SLACK, authorization_endpoint="https://slack.com/oauth/v2/authorize")
    assert asked["user_scope"] == "read" and "scope" not in asked
    asked = sent(SLACK, authorization_endpoint="https://slack.com/oauth/v2_user/authorize")
    assert asked["scope"] == "read" and "user_scope" not in asked


def test_an_unknown_issuer_gets_what_everybody_gets() -> None:
    asked = sent("https://other.example", scopes=["read", "openid"], scopes_supported=["offline_access"])
    assert asked["resource"] == URL and asked["prompt"] == "consent" and "access_type" not in asked


COMMON = "https://login.microsoftonline.com/common/v2.0"
ANY = "https://login.microsoftonline.com/{tenantid}/v2.0"
TENANT = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"


def common(issuer: str = COMMON, named: str = ANY, iss: str | None = None) -> Any:
    """A login at an issuer whose metadata names itself so; what came of it."""
    fields = metadata(
        issuer=named,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        code_challenge_methods_supported=None,
    )
    world = World(
        **{
            f"GET {PRM}": reply({"resource": URL, "authorization_servers": [issuer]}),
            f"GET {issuer}/.well-known/openid-configuration": reply(fields),
            f"POST {issuer}/token": reply({"access_token": "at", "token_type": "Bearer"}),
        }
    )
    more = {} if iss is None else {"iss": Secret(iss)}
    settings = ClientSettings(client_id="mine", pkce="assumed")
    flow = login_flow(LoginRequest(URL, settings, vendor_of=vendor_of))
    return play(flow, world, lambda sign_in: {**approve(sign_in), **more}).result


@pytest.mark.parametrize("iss", [None, TENANT])
@pytest.mark.parametrize("tenant", ["common", "organizations"])
def test_the_issuer_for_any_tenant_is_taken_and_stored_as_it_was_asked_for(
    tenant: str, iss: str | None
) -> None:
    issuer = COMMON.replace("common", tenant)
    assert common(issuer, iss=iss).registration.issuer == issuer


@pytest.mark.parametrize(
    "iss",
    [
        ANY,
        COMMON,
        TENANT + "/",
        TENANT.replace("v2.0", "v1.0"),
        TENANT.replace("https://", "http://"),
        TENANT.replace("1111-2222", "1111/2222"),
        TENANT.replace("login.microsoftonline.com", "evil.example"),
        "https://evil.example/?" + TENANT,
        TENANT.replace("11111111-2222-3333-4444-555555555555", "evil"),
    ],
)
def test_an_answer_must_name_a_tenant_of_that_issuer(iss: str) -> None:
    with pytest.raises(KeyrackError, match="another issuer"):
        common(iss=iss)


@pytest.mark.parametrize(
    ("issuer", "named"),
    [
        ("https://auth.example/common/v2.0", "https://auth.example/{tenantid}/v2.0"),
        ("https://auth.example/common/v2.0", ANY),
        (COMMON, "https://evil.example/{tenantid}/v2.0"),
        (COMMON, "https://login.microsoftonline.com/{tenantid}/"),
        (COMMON, "https://login.microsoftonline.com/{tenantid}/{tenantid}/v2.0"),
        (COMMON, TENANT),
        (TENANT, ANY),
        ("https://login.microsoftonline.com/consumers/v2.0", ANY),
    ],
)
def test_an_issuer_for_any_tenant_of_anybody_else_stays_refused(issuer: str, named: str) -> None:
    with pytest.raises(KeyrackError, match="another issuer"):
        common(issuer, named)


@pytest.mark.parametrize(
    "issuer", [ENTRA, "https://cognito-idp.eu-west-1.amazonaws.com/pool", "https://test.salesforce.com"]
)
def test_vendors_that_do_not_list_s256_need_no_setting(issuer: str) -> None:
    assert sent(issuer, code_challenge_methods_supported=None)["code_challenge_method"] == "S256"
    cases: list[tuple[PkceSupport | None, list[str] | None]] = [("required", None), (None, ["plain"])]
    for own, methods in cases:
        with pytest.raises(KeyrackError, match="PKCE"):
            sent(issuer, ClientSettings(client_id="mine", pkce=own), code_challenge_methods_supported=methods)


def test_where_auth0_s_token_is_refused_the_audience_is_named() -> None:
    issuer = "https://tenant.auth0.com/"
    fields = metadata(
        issuer=issuer, authorization_endpoint=issuer + "authorize", token_endpoint=issuer + "token"
    )
    world = World(
        **{
            f"GET {PRM}": reply({"resource": URL, "authorization_servers": [issuer]}),
            f"GET {issuer}.well-known/openid-configuration": reply(fields),
            f"POST {issuer}token": reply({"access_token": "at", "token_type": "Bearer"}),
        }
    )
    with pytest.raises(KeyrackError, match="refuses the token that was just issued") as caught:
        login(build(world), SERVER._replace(client=ClientSettings(client_id="mine")))
    assert "Auth0 issues tokens" in caught.value.hint and "authorize.audience = " in caught.value.hint
