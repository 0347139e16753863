"""How pasted input becomes a token, with and without a service's file, offline."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.operations.tokens.pasted import clean, clean_plain
from keyrack.operations.tokens.set_token import Typed, headers_of, set_token, way_of
from keyrack.services.load import built_in, service_for
from support.canned import World
from support.some import some
from support.workbench import NOW, SERVER, build


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        ("Token token=u+abc", "u+abc"),
        ("Authorization: Token token=u+abc", "u+abc"),
        ("Token u+abc", "u+abc"),
        ("sentry-bearer sntryu_1", "sntryu_1"),
        ("QUJDREVG==", "QUJDREVG=="),
        ("QUJDREVG=", "QUJDREVG="),
        ("ABC=QUJDREVG==", "QUJDREVG=="),
        ("TOKEN='Bearer abc'", "abc"),
        ("\ufeffabc", None),
        ("ab\x00c", None),
        ("ada@example.com", None),
        ("https://example.com/?token=abc", None),
        ("Bearer ", None),
        ("Authorization: Bearer", None),
    ],
)
def test_what_is_pasted(typed: str, token: str | None) -> None:
    if token is None:
        with pytest.raises(KeyrackError) as caught:
            clean(typed)
        assert "abc" not in str(caught.value)
    else:
        assert clean(typed) == Secret(token)


def test_a_field_that_is_no_secret_is_taken_as_it_is() -> None:
    assert clean_plain("Email", " ada@example.com\n") == Secret("ada@example.com")
    for text in ("ada\n@example.com", "ada@ex\u00e4mple.com", "a\x1bb"):
        with pytest.raises(KeyrackError, match="Email contains invalid characters"):
            clean_plain("Email", text)


@pytest.mark.parametrize(
    ("id", "header", "template", "way"),
    [
        ("github", None, None, ""),
        ("github", "authorization", None, ""),
        ("github", "X-Key", None, None),
        ("github", "Authorization", "token {token}", None),
        ("gitlab", "private-token", None, "private-token"),
        ("notion", None, None, None),
    ],
)
def test_how_it_is_sent(id: str, header: str | None, template: str | None, way: str | None) -> None:
    assert way_of(built_in(id), header, template) == way
    assert way_of(None, header, template) is None


def test_a_server_that_takes_no_token_gets_it_as_an_unknown_one_would() -> None:
    typed = Typed({"token": Secret("ntn_1")})
    assert headers_of(built_in("notion"), typed, Secret("ntn_1")) == {"Authorization": Secret("Bearer ntn_1")}


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (StoreState("x", ready=False, reason="There is none."), StoreAbsent),
        (StoreState("x", ready=False, locked=True, reason="It is locked."), StoreLocked),
    ],
)
def test_without_a_place_for_it_nothing_is_sent(
    state: StoreState, error: type[KeyrackError], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    adapters = build(world)
    monkeypatch.setattr(adapters.credentials(), "state", lambda: state)
    with pytest.raises(error):
        set_token(adapters, SERVER, Typed({"token": Secret("mine")}))
    assert not world.asked


@pytest.mark.parametrize(
    "typed", [Typed({}), Typed({"token": Secret("")}), Typed({"token": Secret("t")}, expires_at=NOW)]
)
def test_nothing_typed_or_a_date_in_the_past_is_not_sent(typed: Typed) -> None:
    world = World()
    with pytest.raises(KeyrackError):
        set_token(build(world), SERVER, typed)
    assert not world.asked


def test_a_missing_field_is_told_before_anything_is_sent() -> None:
    world = World()
    server = SERVER._replace(url="https://mcp.datadoghq.com/mcp")
    with pytest.raises(KeyrackError, match="Datadog needs more: API key"):
        set_token(build(world), server, Typed({"app_key": Secret("2" * 40)}))
    assert not world.asked


def test_a_site_of_somebody_else_ends_it_before_anything_is_sent_or_stored() -> None:
    world = World()
    adapters = build(world)
    server = SERVER._replace(url="https://mcp.grafana.com/mcp")
    assert service_for(some(server.url)) is not None
    fields = {"token": Secret("glsa_1"), "site": Secret("grafana.net.evil.example")}
    with pytest.raises(KeyrackError, match="not a site of Grafana"):
        set_token(adapters, server, Typed(fields), at_service=True)
    assert not world.asked and not adapters.credentials().records()
