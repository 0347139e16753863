"""Sets up a store if there is none: offers the choices, and creates and uses the chosen one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.operations.storage import vault as vault_op
from keyrack.operations.storage.vault import Made, VaultStatus
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.present import short_path
from keyrack.tui.storage.passphrase import NewVaultScreen, UnlockScreen
from keyrack.tui.storage.ways import WaysScreen

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret
    from keyrack.tui.host import Host

WAITING = (
    "According to the records, {} in the keychain, which can't be reached here. Use the vault anyway? "
    "They stay there; you can move them later, once the keychain is available."
)


def set_up_storage(host: Host, about: str, why: str, on_end: Callable[[bool], Any]) -> None:
    """Offer the ways on; `on_end(True)` once there is a place, `on_end(False)` where the user wants none."""

    def end(found: bool) -> None:
        if found:
            host.look_again()
        on_end(found)

    def failed(error: Exception) -> None:
        host.say_error(error)
        end(False)

    def answered(way: str | None) -> None:
        if way == "vault":
            create_vault(host, lambda made: _use(host, made, end))
        elif way == "memory":
            in_background(host, lambda: host.adapters().keep_in_memory(), lambda _: end(True), failed)
        else:
            end(False)

    host.push_screen(WaysScreen(about, why), answered)


def create_vault(host: Host, on_end: Callable[[Made | None], Any]) -> None:
    """Make the vault, with a passphrase where it needs one; one that is there is opened."""
    adapters = host.adapters

    def look() -> tuple[VaultStatus, bool]:
        return vault_op.status(adapters()), vault_op.wants_new_passphrase(adapters())

    def make(passphrase: Secret | None) -> Made:
        return vault_op.create(adapters(), passphrase)

    def made(result: Made) -> None:
        if not result.found:
            key = os.path.basename(result.identity_path)
            keep = (
                f"Its key, protected by the passphrase, is {key} next to it. Back up both files."
                if key
                else "Keep a backup of it."
            )
            host.say(f"Created the vault {short_path(result.path)}. {keep}", stays=True)
        on_end(result)

    def answered(answer: tuple[Made] | None) -> None:
        if answer is None:
            on_end(None)
        else:
            made(answer[0])

    def failed(error: Exception) -> None:
        host.say_error(error)
        on_end(None)

    def seen(found: tuple[VaultStatus, bool]) -> None:
        status, is_new = found
        if is_new:
            host.push_screen(NewVaultScreen(make), answered)
        elif status.exists and status.state.locked:
            host.push_screen(UnlockScreen(make), answered)
        else:
            in_background(host, lambda: make(None), made, failed)

    in_background(host, look, seen, failed)


def _use(host: Host, made: Made | None, end: Callable[[bool], Any]) -> None:
    """Use it. If records name credentials in another store, ask the user first."""
    if made is None or not made.waiting:
        end(made is not None)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            in_background(host, lambda: vault_op.use(host.adapters()), lambda _: end(True), host.say_error)
        else:
            end(False)

    count = "1 credential is" if made.waiting == 1 else f"{made.waiting} credentials are"
    host.push_screen(ConfirmScreen("Sealed vault", "", WAITING.format(count), "Use the vault"), answered)
