"""Scenes with stored credentials: stale ones, several accounts, several stores."""

from __future__ import annotations

from typing import Any
from unittest import mock

from textual import events

from keyrack.domain.storage import StoreState
from keyrack.operations.clearing import stale as stale_op
from keyrack.operations.clearing.stale import Stale
from keyrack.operations.ports import Adapters
from keyrack.operations.storage import vault as vault_op
from keyrack.operations.storage.vault import VaultStatus
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.storage.passphrase import NewVaultScreen
from support.demo_rows import HOUR, SERVERS, DemoClock, demo_parts
from support.screens import Terminal

LINEAR = "https://mcp.linear.app/mcp"
VAULT = StoreState("Sealed vault", False, locked=True, kind="vault")
WHYS = {
    "notion": "It was refused on 2026-09-21: auth.notion.com refused the refresh token: it was revoked.",
    "github": "Its issuer https://github.com no longer exists.",
    "old.example.com/mcp": "No program lists this server any more.",
}


def two_accounts(clock: DemoClock) -> Adapters:
    adapters = demo_parts(clock=clock)
    own = next(credential for server, credential, _ in SERVERS if server.name == "linear")
    assert own is not None
    work = own._replace(label="ada@work.example", expires_at=clock() + 3 * HOUR)
    adapters.credentials().put(LINEAR, work, account="work")  # type: ignore[attr-defined]
    return adapters


def no_keychain(clock: DemoClock) -> Adapters:
    return demo_parts(
        store=StoreState("none", ready=False, reason="This machine has no keychain."), clock=clock
    )


def locked_vault(clock: DemoClock) -> Adapters:
    return demo_parts(store=VAULT, clock=clock)


async def stale(t: Terminal, clock: DemoClock) -> None:
    rows = {server.name: (server, credential) for server, credential, _ in SERVERS if credential}
    found = tuple(Stale(*rows[name], why) for name, why in WHYS.items())

    def find(adapters: Adapters, **options: Any) -> tuple[Stale, ...]:
        return found

    with mock.patch.object(stale_op, "find_stale", find):
        await t.press("D")
        await t.sees("credentials are stale")
        await t.press("j", "j", "space")


async def accounts(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.press("A")
    await t.sees("ada@work.example")
    await t.sees("(•) default")


async def ways(t: Terminal, clock: DemoClock) -> None:
    await t.press("K")
    await t.sees("Sealed vault (v)")


async def new_vault(t: Terminal, clock: DemoClock) -> None:
    t.app.push_screen(NewVaultScreen(lambda passphrase: None))
    await t.sees("Create the vault")
    t.app.screen.query_one("#first", SecretInput).post_message(events.Paste("a passphrase"))
    await t.sees("●" * 12)


async def unlock_vault(t: Terminal, clock: DemoClock) -> None:
    status = VaultStatus("vault.age", True, True, False, VAULT, "identity.age", has_key=True)

    def asked(adapters: Adapters) -> VaultStatus:
        return status

    with mock.patch.object(vault_op, "status", asked):
        await t.press("K")
        await t.sees("Unlock the sealed vault")
