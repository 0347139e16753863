"""Moving credentials to another store, and a keychain that is locked or unreachable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Button

from keyrack.domain.errors import StoreLocked
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.storage import vault as vault_op
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.storage import store_actions
from keyrack.tui.storage.passphrase import NewVaultScreen, UnlockScreen
from keyrack.tui.storage.ways import WaysScreen
from support.demo_rows import demo_parts
from support.screens import Terminal, app_with, screen_test, terminal
from support.store_fakes import Watched, stored_credential
from support.vault_screens import NewParts, config, open_in_use, type_passphrase
from support.vaults import PASSPHRASE


async def palette(t: Terminal, typed: str, seen: str) -> None:
    await t.press("ctrl+p")
    await t.type(typed)
    await t.sees(seen)
    await t.press("enter")


@screen_test
async def test_k_on_an_open_keychain_says_what_is_in_use_and_moves_all_to_a_vault() -> None:
    async with terminal(app_with()) as t:
        await open_in_use(t)
        await t.sees("They are in the Secret Service, which is unlocked.")
        assert "Lock" not in t.text()
        await t.press("m")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.sees("Move all credentials · to the sealed vault")


@screen_test
async def test_a_narrow_terminal_names_the_key_that_unlocks() -> None:
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))
    async with terminal(app_with(adapters), size=(60, 20)) as t:
        await t.sees("▣ Secret Service locked: K")


@screen_test
async def test_a_keychain_that_no_screen_unlocks_offers_the_other_places() -> None:
    hint = "No screen is here. Unlock it elsewhere, or keep them in a vault: keyrack vault init."
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True, hint=hint))

    def refuse() -> None:
        raise StoreLocked("The Secret Service is locked.", hint=hint)

    adapters.credentials().prove_writable = refuse  # type: ignore[method-assign]
    async with terminal(app_with(adapters)) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.sees("The Secret Service is locked. No screen is here.")
        assert not t.said()
        await t.press("m")
        await t.sees("in memory")


@screen_test
async def test_all_credentials_move_to_a_new_vault_and_back(new: NewParts, own_home: Path) -> None:
    keychain = Watched(listable=True)
    here = new(keychain)
    here.credentials().save(stored_credential("one"))
    async with terminal(app_with(here)) as t:
        await t.sees("watched ✓")
        await palette(t, "move all credentials to the sealed", "Move all credentials to the sealed vault")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        assert "only then deleted" in t.text()
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))
        for _ in range(2):
            await type_passphrase(t)
            await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        await t.sees("in the Sealed vault; deleted from the watched")
        assert keychain.texts == {} and config(own_home) == {"store": "vault"}
        await t.press("escape")
        await t.sees("Sealed vault ✓")
        vault_op.lock(here)
        await palette(t, "move all credentials to the key", "Move all credentials to the keychain")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await type_passphrase(t)
        await t.press("enter")
        await t.sees("in the watched; deleted from the Sealed vault")
        assert len(keychain.texts) == 1 and config(own_home) == {"store": "keychain"}


@screen_test
async def test_a_move_goes_on_unseen_after_esc_and_a_message_reports_its_end(
    locked: NewParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slowly(adapters: Adapters, to: str, *, on_line: Callable[[Line], object]) -> Receipt:
        on_line(Line("example", "done"))
        assert gate.wait(30)
        return Receipt((Line("example", "done"),))

    monkeypatch.setattr(store_actions, "move", slowly)
    here = locked()
    vault_op.unlock(here, PASSPHRASE)
    async with terminal(app_with(here)) as t:
        await t.sees("Sealed vault ✓")
        t.main.actions.stores.move("keychain")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.press("y")
        await t.sees("example: done")
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        gate.set()
        await t.until(lambda: "All credentials are in the keychain." in t.said())
        assert t.app.screen is t.main


@screen_test
async def test_credentials_in_a_keychain_out_of_reach_are_told_before_the_vault_is_used(
    new: NewParts, own_home: Path
) -> None:
    new(Watched()).credentials().save(stored_credential("one"))
    async with terminal(app_with(new())) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("v")
        await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))
        for _ in range(2):
            await type_passphrase(t)
            await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.sees("1 credential is")
        assert not (own_home / ".config/keyrack/config.toml").exists()
        await t.press("y")
        await t.sees("Sealed vault ✓")
    assert config(own_home) == {"store": "vault"}


@screen_test
async def test_a_locked_keychain_is_asked_to_open_and_the_rows_are_right_after_it() -> None:
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))
    credentials, gate = adapters.credentials(), threading.Event()

    def prompt() -> None:
        assert gate.wait(30)
        credentials.store = StoreState("Secret Service", ready=True)  # type: ignore[attr-defined]

    credentials.prove_writable = prompt  # type: ignore[method-assign]
    async with terminal(app_with(adapters)) as t:
        await t.sees("▣ Secret Service locked · K unlock")
        await t.press("K")
        assert t.said()[-1] == "The Secret Service is being unlocked; it may ask for a password."
        await t.press("K")
        assert t.said()[-1] == "It is already being unlocked."
        await t.press("j", "question_mark")  # the screen lives
        await t.press("escape")
        gate.set()
        await t.sees("Secret Service ✓")
        await t.misses("▣")
        assert t.said()[-1] == "The Secret Service is open."


@screen_test
async def test_a_keychain_that_stays_locked_says_so() -> None:
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))

    def refuse() -> None:
        raise StoreLocked("The Secret Service is locked.", hint="Unlock it, then try again.")

    adapters.credentials().prove_writable = refuse  # type: ignore[method-assign]
    async with terminal(app_with(adapters)) as t:
        await t.press("K")
        await t.until(lambda: t.said()[-1:] == ["The Secret Service is locked. Unlock it, then try again."])
        await t.sees("▣ Secret Service locked · K unlock")


@screen_test
async def test_a_locked_row_says_which_key_opens_it() -> None:
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))
    async with terminal(app_with(adapters), (140, 30)) as t:
        await t.select("linear")
        await t.sees("press K or run keyrack doctor")
