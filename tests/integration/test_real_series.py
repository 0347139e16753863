"""Logins of several servers behind one real sign-in page, in the screen."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.reading import Reading
from keyrack.operations.tokens.get_token import get_token
from keyrack.store.credential_store import memory_credential_store
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.login.of_several import LoginOfSeveral
from keyrack.wiring import adapters
from support import authserver
from support.authserver import AuthServer
from support.clock import Clock
from support.screens import app_with, screen_test, terminal
from support.signing_in import Person, Session

SERVERS = 3


@pytest.fixture
def company() -> Iterator[AuthServer]:
    """Several MCP servers behind one sign-in page."""
    with authserver.oidc(others=SERVERS - 1) as server:
        yield server


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@screen_test
async def test_several_servers_behind_one_sign_in_page_ask_for_the_password_once(
    company: AuthServer, session: Session, clock: Clock
) -> None:
    person = Person(session)
    urls = (company.mcp_url, *company.others)
    servers = tuple(
        Server(f"tool-{n}", url, sources=(Source("keyrack", "config.toml", f"tool-{n}"),))
        for n, url in enumerate(urls)
    )
    world = adapters(credentials=memory_credential_store(clock), browse=person, now=clock)
    world = world._replace(read=lambda: Reading(servers, (), ()))
    async with terminal(app_with(world)) as t:
        await t.press("asterisk", "l")
        await t.sees("sign-in page not known yet")
        await t.press("y")
        await t.sees("Press enter to open it.")  # nobody has named this page yet
        assert isinstance(t.app.screen, LoginOfSeveral)
        assert company.issuer.removeprefix("http://") in t.text() and person.urls == []
        await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen), "the summary")
        assert f"Logged in · {SERVERS} of {SERVERS}" in t.text()
        assert "● valid" in t.text()
    person.leave()
    assert session.passwords == 1
    assert [urlsplit(url).netloc for url in person.urls] == [urlsplit(company.issuer).netloc] * SERVERS
    for server in servers:
        assert server.url is not None
        assert company.accepts(get_token(world, server).token.reveal()) == (server.url == company.mcp_url)
        record = world.credentials().record(CredentialKey.of(server.url))
        assert record is not None and record.credential is not None
        assert record.credential.resource == server.url
