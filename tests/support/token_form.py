"""The token form with a server's service, filled in by a test, and what it would save."""

from __future__ import annotations

import threading
from typing import Any

from textual import events

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.set_token import TokenSaved, Typed
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_field import TokenField
from support.screens import Terminal

TOKEN = "abcd-SECRET-0123456789"


class Saver:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.fields: list[dict[str, str]] = []
        self.answer = TokenSaved(CredentialInfo("token", store="Secret Service"), None)
        self.error: KeyrackError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, adapters: Adapters, server: Server, typed: Typed, **options: Any) -> TokenSaved:
        form = {"header": typed.header, "template": typed.template, "expires_at": typed.expires_at}
        self.calls.append((server.name, typed.fields.get("token", Secret("")).reveal(), {**form, **options}))
        self.fields.append({key: value.reveal() for key, value in typed.fields.items()})
        assert self.gate.wait(30)
        if self.error is not None:
            raise self.error
        return self.answer


async def open_form(t: Terminal, name: str) -> SecretInput:
    await t.select(name)
    await t.press("t")
    assert isinstance(t.app.screen, TokenScreen)
    return t.app.screen.query_one(SecretInput)


async def open_with(t: Terminal, name: str) -> TokenScreen:
    await open_form(t, name)
    assert isinstance(t.app.screen, TokenScreen)
    return t.app.screen


async def fill(t: Terminal, label: str, text: str) -> None:
    """Paste into the field of that name."""
    field = next(each for each in t.app.screen.query(TokenField) if each.field.label == label)
    field.take_focus()
    await t.until(lambda: field.has_focus_within)
    assert t.app.screen.focused is not None
    t.app.screen.focused.post_message(events.Paste(text))
    await t.until(lambda: field.filled)
