"""The sealed vault: opening it, locking it, and changing its passphrase."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.storage import vault as vault_op
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.store.vault import age as vault_age
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.servers import list_reader
from keyrack.tui.storage.current import CurrentStoreScreen
from keyrack.tui.storage.passphrase import NewPassphraseScreen, UnlockScreen
from support.clock import Clock
from support.screens import app_with, screen_test, terminal
from support.store_fakes import stored_credential
from support.vault_screens import NewParts, open_in_use, type_passphrase
from support.vaults import PASSPHRASE


@screen_test
async def test_a_locked_vault_opens_with_its_passphrase_and_stays_shut_with_another(locked: NewParts) -> None:
    async with terminal(app_with(locked())) as t:
        await t.sees("▣ Sealed vault locked · K unlock")
        await t.sees("● valid · renews ▣")
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await type_passphrase(t, "guess")
        await t.press("enter")
        await t.sees("That is not the passphrase of the sealed vault.")
        assert t.app.screen.query_one(SecretInput).secret == Secret("")
        await type_passphrase(t)
        await t.press("enter")
        await t.sees("Sealed vault ✓")
        await t.misses("▣")
        await t.sees("● valid · renews")
        assert t.app.screen is t.main


@screen_test
async def test_without_a_key_no_passphrase_is_asked_for(locked: NewParts, own_home: Path) -> None:
    (own_home / ".local/share/keyrack/identity.age").unlink()
    async with terminal(app_with(locked())) as t:
        await t.sees("● valid · renews ▣")
        await t.press("K")
        await t.until(lambda: any("There is no key for the sealed vault" in said for said in t.said()))
        assert t.app.screen is t.main


@screen_test
async def test_a_copy_of_a_vault_shows_what_is_in_it_once_it_is_open(
    locked: NewParts, own_home: Path
) -> None:
    shutil.rmtree(own_home / ".local/share/keyrack/records")
    async with terminal(app_with(locked())) as t:
        await t.sees("▣ Sealed vault locked")
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await type_passphrase(t)
        await t.press("enter")
        await t.sees("● valid")


@screen_test
async def test_what_needs_the_vault_asks_for_its_passphrase_first(
    locked: NewParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed: list[str] = []

    def refresh(adapters: Adapters, server: Server) -> CredentialInfo:
        refreshed.append(server.name)
        return stored_credential("two").credential

    monkeypatch.setattr(refresh_op, "refresh", refresh)
    async with terminal(app_with(locked())) as t:
        await t.sees("● valid · renews ▣")
        await t.press("r")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        assert refreshed == []
        await t.press("r")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await type_passphrase(t)
        await t.press("enter")
        await t.until(lambda: refreshed == ["example"])


@screen_test
async def test_the_header_follows_when_the_vault_locks_itself(
    locked: NewParts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reader, "ASK", 0.05)
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        clock.time += 16 * 60
        await t.sees("▣ Sealed vault locked · K unlock")
        await t.sees("● valid · renews ▣")


@screen_test
async def test_the_palette_locks_the_vault(locked: NewParts) -> None:
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await t.press("ctrl+p")
        await t.type("lock the sealed")
        await t.sees("Lock the sealed vault")
        await t.press("enter")
        await t.sees("▣ Sealed vault locked")


@screen_test
async def test_k_on_an_open_vault_says_where_it_is_and_locks_it(locked: NewParts) -> None:
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await open_in_use(t)
        await t.sees("They are in the sealed vault, which is unlocked.")
        assert "~/.local/share/keyrack/vault.age" in t.text() and "keyrack/identity.age" in t.text()
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        await open_in_use(t)
        await t.press("l")
        await t.sees("▣ Sealed vault locked")
        assert t.app.screen is t.main


@screen_test
async def test_a_vault_that_the_environment_opens_says_why_it_stays_open(
    locked: NewParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    monkeypatch.setattr(vault_op, "lock", lambda adapters: None)  # it opens again at once
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await open_in_use(t)
        await t.press("l")
        await t.until(lambda: t.said() and t.said()[-1].endswith("so it can't be locked."))


@screen_test
async def test_from_an_open_vault_all_can_move_to_the_keychain(locked: NewParts) -> None:
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await open_in_use(t)
        await t.press("m")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.sees("Move all credentials · to the keychain")


@screen_test
async def test_the_passphrase_of_an_open_vault_is_changed(locked: NewParts) -> None:
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await open_in_use(t)
        await t.press("p")
        await t.until(lambda: isinstance(t.app.screen, NewPassphraseScreen))
        for _ in range(2):
            await type_passphrase(t, "another long passphrase")
            await t.press("enter")
        await t.until(lambda: "Changed the passphrase." in "".join(t.said()))
        vault_op.lock(here)
        vault_op.unlock(here, Secret("another long passphrase"))


@screen_test
async def test_a_vault_with_an_identity_of_its_own_is_not_offered_to_be_locked(
    new: NewParts, own_home: Path
) -> None:
    key = own_home / "key.txt"
    key.write_text(vault_age.new_identity().reveal())
    here = new()
    vault_op.create(here, None, identity_file=str(key))
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        await open_in_use(t)
        await t.sees("Key   ~/key.txt")
        assert "Lock" not in t.text() and "passphrase" not in t.text()
        await t.press("l", "p")
        assert isinstance(t.app.screen, CurrentStoreScreen)
        await t.press("escape")
        await t.press("ctrl+p")
        await t.type("sealed vault")
        await t.misses("Lock the sealed vault")
