"""The device authorization grant (RFC 8628), in parallel with the browser."""

import threading

import pytest

from keyrack.domain.errors import AccessDenied, KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import DEVICE_GRANT, AuthorizationServer
from keyrack.oauth.device import device_flow
from keyrack.oauth.effects import DeviceRequest, Pause, ShowCode, Step
from keyrack.oauth.http import Failed, Send
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from support.canned import ISSUER, META, URL, World, metadata, reply, rpc, unauthorized
from support.some import some
from support.workbench import SERVER, build

DEVICE, TOKEN = ISSUER + "/device", ISSUER + "/token"
AUTHORIZATION = {
    "device_code": "dc-1",
    "user_code": "WDJB-MJHT",
    "verification_uri": ISSUER + "/activate",
    "verification_uri_complete": ISSUER + "/activate?code=WDJB-MJHT",
    "expires_in": 600,
    "interval": 5,
}
TOKENS = reply({"access_token": "at-1", "token_type": "Bearer", "refresh_token": "rt-1"})
METADATA = metadata(device_authorization_endpoint=DEVICE, grant_types_supported=[DEVICE_GRANT])


def error(word):
    return reply({"error": word}, 400)


class Clock:
    """Moves on by what the flow waits."""

    def __init__(self):
        self.now, self.pauses = 1000.0, []

    def __call__(self):
        return self.now


def play(*answers, authorization=AUTHORIZATION):
    """The codes shown, the pauses, and what came; each answer is one of the token endpoint's."""
    clock, left, shown = Clock(), list(answers), []
    world = World(**{
        f"POST {DEVICE}": authorization if not isinstance(authorization, dict) else reply(authorization),
        f"POST {TOKEN}": lambda request: left.pop(0) if len(left) > 1 else left[0],
    })  # fmt: skip
    server = AuthorizationServer(ISSUER, ISSUER + "/authorize", TOKEN, device_authorization_endpoint=DEVICE)
    client = Registration(ISSUER, "c", "dynamic")
    flow, answer = device_flow(DeviceRequest(server, client, ("read",), URL, URL, clock)), None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as stop:
            return stop.value, shown, clock.pauses, world
        answer = None
        match effect:
            case Send(request):
                answer = world.send(request)
            case ShowCode():
                shown.append(effect)
            case Pause(seconds):
                clock.pauses.append(seconds)
                clock.now += seconds


@pytest.mark.checklist("RFC 8628")
def test_a_code_is_shown_and_asked_about_until_somebody_has_typed_it():
    pending = error("authorization_pending")
    tokens, shown, pauses, world = play(pending, pending, TOKENS)
    assert tokens.access_token == Secret("at-1") and tokens.scopes == ("read",)
    assert shown == [ShowCode("WDJB-MJHT", ISSUER + "/activate", ISSUER + "/activate?code=WDJB-MJHT", 1600.0)]
    assert pauses == [5, 5, 5]
    begun, *asked = world.to(DEVICE) + world.to(TOKEN)
    assert begun.form == {"scope": "read", "resource": URL, "client_id": "c"}
    assert all(some(request.form)["device_code"] == Secret("dc-1") for request in asked)
    assert some(asked[0].form)["grant_type"] == DEVICE_GRANT and some(asked[0].form)["resource"] == URL


def test_slow_down_means_five_seconds_more_from_then_on():
    assert play(error("slow_down"), error("authorization_pending"), TOKENS)[2] == [5, 10, 10]


def test_trouble_in_the_network_means_less_often_and_not_the_end():
    assert play(Failed("no route"), reply(None, 503), TOKENS)[2] == [5, 10, 20]


def test_a_no_is_final():
    with pytest.raises(AccessDenied, match="denied"):
        play(error("access_denied"))


@pytest.mark.parametrize("answer", [error("expired_token"), error("authorization_pending")])
def test_a_code_that_nobody_typed_runs_out(answer):
    with pytest.raises(LoginNeeded, match="expired before"):
        play(answer)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"device_code": None}, "incomplete"),
        ({"user_code": 7}, "incomplete"),
        ({"user_code": "X" * 41}, "can't be typed"),
        ({"user_code": "\x1b[31mRED"}, "can't be typed"),
        ({"user_code": "АБВ"}, "can't be typed"),
        ({"verification_uri": "javascript:alert(1)"}, "won't show"),
        ({"verification_uri": "http://auth.example/activate"}, "plain http"),
        ({"verification_uri": "https://10.0.0.1/activate"}, "private network"),
    ],
)
def test_a_code_that_cannot_be_shown_safely_is_not_shown(changes, word):
    with pytest.raises(KeyrackError, match=word):
        play(TOKENS, authorization={**AUTHORIZATION, **changes})


@pytest.mark.parametrize("whole", ["https://evil.example/?code=1", "file:///etc/passwd", 7])
def test_a_picture_never_leads_elsewhere_than_the_page(whole):
    _, [code], _, _ = play(TOKENS, authorization={**AUTHORIZATION, "verification_uri_complete": whole})
    assert code.verification_uri_complete is None


@pytest.mark.parametrize(
    ("interval", "waited"), [(0, 5.0), (-3, 1.0), ("7", 7.0), (None, 5.0), (1e9, 60.0), ([], 5.0)]
)
def test_an_odd_interval_is_made_a_bearable_one(interval, waited):
    assert play(TOKENS, authorization={**AUTHORIZATION, "interval": interval})[2] == [waited]


@pytest.mark.parametrize(
    "answer",
    [Failed("down"), Failed("no", refused=True), reply(None, 404), reply(b"<html>"), reply([1]),
     reply({"error": "unauthorized_client"}, 400)],
)  # fmt: skip
def test_no_code_is_a_sentence(answer):
    with pytest.raises(KeyrackError, match=r"auth\.example"):
        play(TOKENS, authorization=answer)


# The race.


class Person:
    """Types the code once the flow asks: until then the token endpoint says pending."""

    def __init__(self):
        self.typed = threading.Event()

    def __call__(self, request):
        if request.form["grant_type"] != DEVICE_GRANT:
            return TOKENS
        return TOKENS if self.typed.is_set() else error("authorization_pending")


def world_with(person, **routes):
    def guarded(request):
        return rpc({"tools": []}) if "Authorization" in request.headers else unauthorized()

    return World(**{
        f"GET {META}": reply(METADATA), f"POST {URL}": guarded, f"POST {TOKEN}": person,
        f"POST {DEVICE}": reply({**AUTHORIZATION, "interval": 1}), **routes,
    })  # fmt: skip


def test_where_no_browser_opens_the_code_is_there_by_itself_and_typing_it_logs_in():
    person, events = Person(), []

    def tell(event):
        events.append(event)
        if isinstance(event, ShowCode):
            person.typed.set()

    adapters = build(world_with(person), answer=None, browse=lambda url: False)
    stored = login(adapters, SERVER, on_event=tell)
    assert stored.refreshable and adapters.credentials().load(CredentialKey.of(URL)) is not None
    assert [e.user_code for e in events if isinstance(e, ShowCode)] == ["WDJB-MJHT"]
    assert "Signed in with the device code" in [e.title for e in events if isinstance(e, Step)]


def test_with_a_browser_the_code_waits_for_a_wish():
    control, events, person = LoginControl(), [], Person()

    def tell(event):
        events.append(event)
        if isinstance(event, ShowCode):
            person.typed.set()

    def browse(url):
        assert not any(isinstance(event, ShowCode) for event in events)
        assert control.ask_for_code() and not control.ask_for_code()
        return True

    login(build(world_with(person), answer=None, browse=browse), SERVER, control=control, on_event=tell)
    assert person.typed.is_set()


def test_the_browser_wins_and_the_code_is_asked_about_no_more():
    world = world_with(Person())
    login(build(world), SERVER, LoginOptions(device=True))
    codes = [request for request in world.to(TOKEN) if some(request.form).get("device_code")]
    assert not codes  # the browser was back before the first question


def test_a_no_on_the_other_device_ends_the_login():
    world = world_with(lambda request: error("access_denied"))
    adapters = build(world, answer=None)
    with pytest.raises(LoginNeeded, match="denied"):
        login(adapters, SERVER, LoginOptions(device=True))
    assert adapters.credentials().load(CredentialKey.of(URL)) is None


def test_a_refused_code_leaves_the_browser_s_way_open():
    back, events = threading.Event(), []

    def answer(state):
        assert back.wait(10)
        return {"code": Secret("code-1"), "state": state}

    def tell(event):
        events.append(event)
        if isinstance(event, Step) and event.key == "device":
            back.set()

    world = world_with(Person(), **{f"POST {DEVICE}": error("unauthorized_client")})
    login(build(world, answer=answer), SERVER, LoginOptions(device=True), on_event=tell)
    [told] = [event for event in events if isinstance(event, Step) and event.key == "device"]
    assert told.state == "failed" and "unauthorized_client" in told.detail


def test_a_registration_asks_for_the_device_grant_and_does_without_where_that_is_refused():
    def register(request):
        if DEVICE_GRANT in request.json["grant_types"]:
            return reply({"error": "invalid_client_metadata"}, 400)
        return reply({"client_id": "dyn-1", "redirect_uris": request.json["redirect_uris"]}, 201)

    world = world_with(Person(), **{f"POST {ISSUER}/register": register})
    login(build(world), SERVER)
    assert len(world.to(ISSUER + "/register")) == 2
