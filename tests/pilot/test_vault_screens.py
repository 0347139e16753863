"""No keychain, a locked one, and the sealed vault: made, opened, locked and moved to on the screen."""

from __future__ import annotations

import shutil
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Button

from keyrack.domain.errors import StoreLocked
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.reading import Place, Reading
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.storage import vault as vault_op
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.store.vault import age as vault_age
from keyrack.tui.kit.choice import Tick
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.servers import list_reader as list_reader
from keyrack.tui.storage import store_actions
from keyrack.tui.storage.current import CurrentStoreScreen
from keyrack.tui.storage.passphrase import NewPassphraseScreen, NewVaultScreen, UnlockScreen
from keyrack.tui.storage.ways import WaysScreen
from keyrack.wiring import adapters
from support import vaults
from support.clock import Clock
from support.demo_rows import CLAUDE, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal
from support.store_fakes import URL, Watched, stored_credential
from support.vaults import PASSPHRASE

SERVER = Server("example", URL, sources=(CLAUDE,))
WORDS = PASSPHRASE.reveal()
NewParts = Callable[..., Adapters]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new(own_home: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> NewParts:
    """Each call is a new process on a machine without a keychain, or with the one that is named."""
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    reading = Reading((SERVER,), (), (Place("Claude Code", "~/.claude.json", "1 server"),))

    def make(keychain: Watched | None = None) -> Adapters:
        with monkeypatch.context() as patch:
            if keychain is not None:
                patch.setattr("keyrack.wiring._Stores._keychain", lambda stores: keychain)
            real = adapters(env={"HOME": str(own_home)}, platform="linux", now=clock)
            real.credentials()
        return real._replace(read=lambda: reading)

    return make


@pytest.fixture
def locked(new: NewParts, clock: Clock) -> NewParts:
    """New processes on a machine whose vault is locked and holds a credential."""
    first = new()
    vault_op.create(first, PASSPHRASE)
    kept = stored_credential("one")
    facts = kept.credential._replace(expires_at=clock() + 3600, obtained_at=clock())
    first.credentials().save(kept._replace(credential=facts))
    return new


def config(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / ".config/keyrack/config.toml").read_text())


def files(home: Path) -> list[str]:
    return [file.name for file in home.rglob("*") if file.is_file()]


async def type_passphrase(t: Terminal, text: str = WORDS) -> None:
    field = t.app.focused
    assert isinstance(field, SecretInput)
    field.post_message(events.Paste(text))
    await t.until(lambda: field.secret == Secret(text))
    assert text not in t.text()


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


def column(t: Terminal, words: str) -> int:
    return next(line.index(words) for line in t.text().splitlines() if words in line)


async def open_new_vault(t: Terminal) -> None:
    await t.press("K")
    await t.until(lambda: isinstance(t.app.screen, WaysScreen))
    await t.press("v")
    await t.until(lambda: isinstance(t.app.screen, NewVaultScreen))


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
    assert here.credentials().load(URL, "default") is not None


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
async def test_a_locked_vault_opens_with_its_passphrase_and_stays_shut_with_another(locked: NewParts) -> None:
    async with terminal(app_with(locked())) as t:
        await t.sees("▣ Sealed vault locked · K unlock")
        await t.sees("▣ store locked")
        await t.press("K")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        await type_passphrase(t, "guess")
        await t.press("enter")
        await t.sees("That is not the passphrase of the sealed vault.")
        assert t.app.screen.query_one(SecretInput).secret == Secret("")
        await type_passphrase(t)
        await t.press("enter")
        await t.sees("Sealed vault ✓")
        await t.sees("● valid")
        assert t.app.screen is t.main


@screen_test
async def test_without_a_key_no_passphrase_is_asked_for(locked: NewParts, own_home: Path) -> None:
    (own_home / ".local/share/keyrack/identity.age").unlink()
    async with terminal(app_with(locked())) as t:
        await t.sees("▣ store locked")
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
        await t.sees("▣ store locked")
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
        await t.sees("▣ store locked")


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


async def open_in_use(t: Terminal) -> None:
    await t.press("K")
    await t.until(lambda: isinstance(t.app.screen, CurrentStoreScreen))


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
        await t.sees("so it can't be locked.")


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
async def test_a_move_goes_on_unseen_after_esc_and_its_end_is_told(
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
        t.main.stores.move("keychain")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.press("y")
        await t.sees("example: done")
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        gate.set()
        await t.until(lambda: "All credentials are in the keychain." in t.said())
        assert t.app.screen is t.main


async def palette(t: Terminal, typed: str, seen: str) -> None:
    await t.press("ctrl+p")
    await t.type(typed)
    await t.sees(seen)
    await t.press("enter")


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
        await t.misses("store locked")
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
    async with terminal(app_with(adapters), (120, 30)) as t:
        await t.select("linear")
        await t.sees("press K or run keyrack doctor")


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
        await t.until(lambda: here.credentials().load(URL, "default") is not None, "the token in the vault")
        assert here.credentials().state().kind == "vault"
