"""`keyrack clear`: what it offers first, and what it says remains."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from keyrack.domain.model import CredentialKey, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.wording.times import local
from support.canned import ISSUER, URL, World, rpc, unauthorized
from support.cli_kit import Terminal, run
from support.workbench import NOW, build, stored_credential

Capture = pytest.CaptureFixture[str]
MANAGE = f"{ISSUER}/register/dyn-0"
OFFER = f"keyrack is registered at {ISSUER}. Delete the registration too (--forget)? [y/N] "
MANAGED = Registration(
    ISSUER,
    "dyn-0",
    "dynamic",
    registration_client_uri=MANAGE,
    registration_access_token=Secret("manage"),
)
STAYS = f"– Registration: stays ({ISSUER} still has the client dyn-0)\n"


def guarded(request: Request) -> Response:
    """The server: it takes any token, and nothing without one."""
    return rpc({"tools": []}) if "Authorization" in request.headers else unauthorized()


def bench(registration: Registration = MANAGED, **facts: Any) -> tuple[Any, World]:
    world = World(**{f"DELETE {MANAGE}": Response(204), f"POST {ISSUER}/revoke": Response(200)})
    world.routes[f"POST {URL}"] = guarded
    adapters = build(world)
    held = stored_credential(**facts)._replace(registration=registration)
    kind = held.credential._replace(client_kind=registration.kind)
    adapters.credentials().save(held._replace(credential=kind))
    return lambda **_: adapters, world


@pytest.mark.parametrize(("typed", "dropped"), [("y\ny\n", True), ("\ny\n", False)])
def test_to_forget_the_registration_is_offered_before_anything_is_deleted(
    typed: str, dropped: bool, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    adapters, world = bench()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert run(["clear", "example"], adapters=adapters) == 0
    said = capsys.readouterr()
    question = (
        f"Any copy of the token works until {local(NOW + 3600, NOW)}. Delete the credential for example"
    )
    assert said.err.startswith(OFFER + question)
    assert (" and the client registration?" in said.err) == dropped
    assert bool(world.to(MANAGE)) == dropped
    assert ("✓ Forget\n" in said.out, STAYS in said.out) == (dropped, not dropped)


def test_a_no_to_the_second_question_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    adapters, world = bench()
    monkeypatch.setattr(sys, "stdin", Terminal("y\nn\n"))
    assert run(["clear", "example"], adapters=adapters) == 1
    assert world.asked == [] and adapters().credentials().load(CredentialKey.of(URL)) is not None


@pytest.mark.parametrize(
    "registration",
    [Registration(ISSUER, "dyn-0", "dynamic"), MANAGED._replace(kind="pre-registered")],
    ids=["no way to drop it", "not keyrack's own"],
)
def test_it_is_not_offered_where_it_can_not_be_done(
    registration: Registration, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    adapters, _ = bench(registration)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run(["clear", "example"], adapters=adapters) == 0
    assert "--forget" not in capsys.readouterr().err


def test_with_yes_nobody_is_asked_and_what_stays_is_reported_with_the_way_to_drop_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    adapters, world = bench()
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run(["clear", "example", "--yes"], adapters=adapters) == 0
    said = capsys.readouterr()
    assert said.out.endswith(STAYS) and world.asked == []
    assert said.err == "Next time, use --forget to delete the registration too.\n"


def test_with_yes_no_way_is_offered_where_the_server_has_none(capsys: Capture) -> None:
    adapters, _ = bench(Registration(ISSUER, "dyn-0", "dynamic"))
    assert run(["clear", "example", "--yes"], adapters=adapters) == 0
    said = capsys.readouterr()
    assert "Registration: stays" in said.out and "--forget" not in said.err


def test_of_the_stale_ones_it_is_offered_too(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    adapters, world = bench(refresh=None, expires_at=NOW - 1)
    monkeypatch.setattr(sys, "stdin", Terminal("y\ny\n"))
    assert run(["clear", "--stale"], adapters=adapters) == 0
    said = capsys.readouterr()
    assert OFFER in said.err and world.to(MANAGE) and "✓ Forget" in said.out


def test_a_token_that_still_works_after_its_revocation_is_told_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    adapters, _ = bench()
    assert run(["clear", "example", "--yes", "--revoke", "--forget"], adapters=adapters) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"✓ Revoke ({ISSUER})",
        f"! Access token: still works (accepted until {local(NOW + 3600, NOW)})",
    ]
