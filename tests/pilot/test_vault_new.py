"""Without a store for secrets: the choices, creating a vault, and credentials in memory only."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.storage import vault as vault_op
from keyrack.tui.kit.choice import Tick
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.storage.passphrase import NewVaultScreen
from keyrack.tui.storage.ways import WaysScreen
from support.screens import Terminal, app_with, screen_test, terminal
from support.store_fakes import URL, stored_credential
from support.vault_screens import NewParts, config, type_passphrase
from support.vaults import PASSPHRASE


def files(home: Path) -> list[str]:
    return [file.name for file in home.rglob("*") if file.is_file()]


async def open_new_vault(t: Terminal) -> None:
    await t.press("K")
    await t.until(lambda: isinstance(t.app.screen, WaysScreen))
    await t.press("v")
    await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))


def column(t: Terminal, words: str) -> int:
    return next(line.index(words) for line in t.text().splitlines() if words in line)


@screen_test
async def test_without_a_keychain_k_offers_ways_and_the_careful_answer_takes_none(
    new: NewParts, own_home: Path
) -> None:
    async with terminal(app_with(new())) as t:
        await t.sees("! no keychain: K")
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.sees("This machine has no keychain.")
        assert "one encrypted file" in t.text() and "until keyrack exits" in t.text()
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main)
    assert all(name.endswith(".lock") for name in files(own_home))


@screen_test
async def test_while_the_settings_cannot_be_read_no_other_place_is_offered(
    new: NewParts, own_home: Path
) -> None:
    config = own_home / ".config" / "keyrack" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('store = "vautl"\n')
    async with terminal(app_with(new())) as t:
        await t.sees("! config.toml has errors")
        await t.press("K")
        await t.sees("Until this is fixed")
        await t.select("example")
        await t.press("l")
        await t.sees("l Retry")
        assert isinstance(t.app.screen, LoginScreen) and "memory" not in t.text()
    assert config.read_text() == 'store = "vautl"\n'


@screen_test
async def test_a_vault_is_made_with_a_passphrase_typed_twice(new: NewParts, own_home: Path) -> None:
    async with terminal(app_with(new())) as t:
        await open_new_vault(t)
        placeholder = "long, and easy"
        place = column(t, placeholder)
        await t.press("tab")
        await t.until(lambda: t.app.focused is t.widget("#second"))
        assert column(t, placeholder) == place and column(t, "the same again") == place
        await t.press("shift+tab")
        await t.press("ctrl+s")
        await t.sees("Nothing is entered.")
        await type_passphrase(t)
        await t.press("enter")
        await type_passphrase(t)
        await t.press("ctrl+s")
        await t.sees("Sealed vault ✓")
        await t.until(lambda: t.app.screen is t.main)
        assert "Created the vault ~/.local/share/keyrack/vault.age." in t.said()[-1]
        assert "is identity.age next to it. Back up both files." in t.said()[-1]
        await t.sees("both files.")
    assert config(own_home) == {"store": "vault"}


@screen_test
async def test_what_is_wrong_with_the_second_passphrase_is_corrected_there(new: NewParts) -> None:
    async with terminal(app_with(new())) as t:
        await open_new_vault(t)
        box = t.widget("Box").region
        await type_passphrase(t)
        await t.press("ctrl+s")
        await t.sees("Enter it again.")
        second = t.widget("#second")
        assert t.app.focused is second
        await type_passphrase(t, "something else")
        await t.misses("Enter it again.")
        await t.press("enter")
        await t.sees("The two passphrases are different.")
        assert t.app.focused is second and t.widget("Box").region == box
        await t.press("c")
        await t.misses("passphrases are different")
        assert t.app.screen.query_one("#second", SecretInput).secret == Secret("c")
        await t.press("ctrl+u")
        await type_passphrase(t)
        await t.press("enter")
        await t.sees("Sealed vault ✓")


@screen_test
async def test_a_short_passphrase_is_taken_at_the_second_enter(new: NewParts) -> None:
    async with terminal(app_with(new())) as t:
        await open_new_vault(t)
        box, first = t.widget("Box").region, t.app.focused
        await type_passphrase(t, "short")
        await t.press("enter")
        await t.sees("That is short")
        assert t.app.focused is first and t.widget("Box").region == box
        await t.press("s")
        await t.misses("That is short")
        await t.press("enter")
        await t.sees("That is short")
        await t.press("enter")
        await t.misses("That is short")
        await type_passphrase(t, "shorts")
        await t.press("enter")
        await t.sees("Sealed vault ✓")


@screen_test
async def test_while_the_vault_is_made_the_screen_lives_and_nothing_is_begun_twice(
    new: NewParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, calls = threading.Event(), []
    create = vault_op.create

    def slowly(adapters: Adapters, passphrase: Secret | None) -> Any:
        calls.append(passphrase)
        assert gate.wait(30)
        return create(adapters, passphrase)

    monkeypatch.setattr(vault_op, "create", slowly)
    async with terminal(app_with(new())) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("v")
        await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))
        for _ in range(2):
            await type_passphrase(t)
            await t.press("enter")
        await t.sees("Creating the vault…")
        await t.press("ctrl+s", "escape")
        assert isinstance(t.app.screen, NewVaultScreen) and calls == [PASSPHRASE]
        gate.set()
        await t.sees("Sealed vault ✓")


@screen_test
async def test_in_memory_is_the_other_way_and_a_vault_can_follow(new: NewParts) -> None:
    here = new()
    async with terminal(app_with(here)) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("m")
        await t.sees("in memory")
        here.credentials().save(stored_credential("one"))
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("v")
        await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))
        for _ in range(2):
            await type_passphrase(t)
            await t.press("enter")
        await t.sees("Sealed vault ✓")
    assert here.credentials().load(CredentialKey.of(URL)) is not None


@screen_test
async def test_quit_asks_before_what_is_only_in_memory_is_lost(new: NewParts) -> None:
    here = new()
    async with terminal(app_with(here)) as t:
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("m")
        await t.sees("in memory")
        here.credentials().save(stored_credential("one"))
        t.main.look()
        await t.until(lambda: t.main.only_in_memory() == ["example"])
        for key in ("q", "ctrl+q"):
            await t.press(key)
            await t.sees("The credential for example is only in memory")
            assert t.app.focused is t.app.screen.query_one("#no", Button)
            await t.press("ctrl+q")
            await t.press("enter")
            await t.until(lambda: t.app.screen is t.main)
        await t.press("q", "y")
        await t.until(lambda: not t.app.is_running)


@screen_test
async def test_quit_does_not_ask_where_nothing_is_lost(new: NewParts) -> None:
    here = new()
    here.keep_in_memory()
    async with terminal(app_with(here)) as t:
        await t.sees("in memory")
        await t.press("q")
        await t.until(lambda: not t.app.is_running)


@screen_test
async def test_a_token_finds_a_place_and_is_stored_there(new: NewParts) -> None:
    here = new()
    async with terminal(app_with(here)) as t:
        await t.press("t")
        await t.until(lambda: isinstance(t.app.focused, SecretInput))
        await type_passphrase(t, "a-token-made-by-hand")
        t.app.screen.query_one("#try", Tick).value = False
        await t.press("ctrl+s")
        await t.until(lambda: isinstance(t.app.screen, WaysScreen))
        await t.press("v")
        await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))
        for _ in range(2):
            await type_passphrase(t)
            await t.press("enter")
        await t.until(
            lambda: here.credentials().load(CredentialKey.of(URL)) is not None, "the token in the vault"
        )
        assert here.credentials().state().kind == "vault"
