"""Drives the screens of the vault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events

from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.servers import list_reader as list_reader
from keyrack.tui.storage.current import CurrentStoreScreen
from support.demo_rows import CLAUDE
from support.screens import Terminal
from support.store_fakes import URL
from support.vaults import PASSPHRASE

SERVER = Server("example", URL, sources=(CLAUDE,))
WORDS = PASSPHRASE.reveal()
NewParts = Callable[..., Adapters]


def config(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / ".config/keyrack/config.toml").read_text())


async def type_passphrase(t: Terminal, text: str = WORDS) -> None:
    field = t.app.focused
    assert isinstance(field, SecretInput)
    field.post_message(events.Paste(text))
    await t.until(lambda: field.secret == Secret(text))
    assert text not in t.text()


async def open_in_use(t: Terminal) -> None:
    await t.press("K")
    await t.until(lambda: isinstance(t.app.screen, CurrentStoreScreen))
