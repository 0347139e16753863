"""A Secret Service that asks the user about items, as KeePassXC does. It runs in a thread of the test.

What KeePassXC 2.7 does: the collection is open; an item is locked for each client but its maker,
until the client has asked for it (Unlock) and the person has agreed in a window. Others answer a
call late, or ask about a write or a delete.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from support.keychain import private_bus

SECRET = "org.freedesktop.Secret."
ROOT = "/org/freedesktop/secrets"
COLLECTION = ROOT + "/collection/passwords"


class AskingKeychain:
    """`ways` are what it asks about, and how:

    "locked": an item that another client made is locked for this one until that asked (KeePassXC);
    "refuses": the same, but only an attempt to read tells; "late": the reply to GetSecret comes when the
    person has agreed; "create", "delete": a prompt of its own; "database": the collection is locked.
    """

    def __init__(self, *ways: str) -> None:
        self.ways = set(ways)
        self.person: bool | None = True  # agrees, refuses, or is thinking
        self.questions: list[str] = []  # what was asked for, in order
        self.dismissed = 0  # questions that the client took back
        self.items: dict[str, tuple[dict[str, str], bytes]] = {}
        self._allowed: set[tuple[str, str]] = set()
        self._prompts: dict[str, tuple[str, str, Callable[[], Any]]] = {}
        self._waiting: list[Callable[[bool], None]] = []
        self._count = 0
        self._ended = threading.Event()

    def serve(self, connection: DBusConnection) -> None:
        while not self._ended.is_set():
            try:
                message = connection.receive(timeout=0.02)
            except TimeoutError:
                message = None
            except OSError:
                return
            if self.person is not None:
                waiting, self._waiting = self._waiting, []
                for answer in waiting:
                    answer(self.person)
            if message is not None and message.header.message_type is MessageType.method_call:
                self._connection, self._call = connection, message
                self._handle(message)

    def end(self) -> None:
        self._ended.set()

    # What a call says and gets.

    def _reply(self, signature: str = "", *body: Any, to: Message | None = None) -> None:
        self._connection.send(new_method_return(to or self._call, signature or None, body))

    def _refuse(self, name: str, to: Message | None = None) -> None:
        self._connection.send(new_error(to or self._call, name, "s", ("no",)))

    def _handle(self, call: Message) -> None:
        fields = call.header.fields
        path, member = fields[HeaderFields.path], fields[HeaderFields.member]
        client = fields[HeaderFields.sender]
        if fields.get(HeaderFields.interface, "").endswith("Properties"):
            value = self._properties(path, client)[call.body[1]]
            self._reply("v", value)
        elif handler := getattr(self, f"_on_{member}", None):
            handler(path, client, *call.body)
        else:
            self._reply()

    def _properties(self, path: str, client: str) -> dict[str, tuple[str, Any]]:
        if path in self.items:
            locked = "locked" in self.ways and (path, client) not in self._allowed
            locked = locked or "database" in self.ways
            attributes = self.items[path][0]
            return {"Label": ("s", "x"), "Locked": ("b", locked), "Attributes": ("a{ss}", attributes)}
        locked = "database" in self.ways
        return {"Label": ("s", "Passwords"), "Locked": ("b", locked), "Collections": ("ao", [COLLECTION])}

    def _on_OpenSession(self, path: str, client: str, algorithm: str, value: Any) -> None:
        if algorithm == "plain":
            self._reply("vo", ("s", ""), ROOT + "/session/1")
        else:
            self._refuse("org.freedesktop.DBus.Error.NotSupported")

    def _on_ReadAlias(self, path: str, client: str, name: str) -> None:
        self._reply("o", COLLECTION)

    def _on_SearchItems(self, path: str, client: str, wanted: dict[str, str]) -> None:
        self._reply("ao", self._found(wanted))

    def _on_CreateItem(
        self, path: str, client: str, properties: dict[str, Any], secret: tuple[Any, ...], replace: bool
    ) -> None:
        attributes = properties[SECRET + "Item.Attributes"][1]
        same = [item for item in self._found(attributes) if self.items[item][0] == attributes]
        item = same[0] if same and replace else self._new("item")

        def create() -> str:
            self.items[item] = (attributes, bytes(secret[2]))
            self._allowed.add((item, client))
            return item

        if "create" in self.ways:
            self._reply("oo", "/", self._prompt("create", "o", create))
        else:
            self._reply("oo", create(), "/")

    def _on_GetSecret(self, path: str, client: str, session: str) -> None:
        kept = "refuses" in self.ways and (path, client) not in self._allowed
        if "database" in self.ways or kept:
            self._refuse(SECRET + "Error.IsLocked")
            return
        call = self._call

        def answer(agrees: bool) -> None:
            if agrees:
                secret = (session, b"", self.items[path][1], "text/plain")
                self._reply("(oayays)", secret, to=call)
            else:
                self._refuse("org.freedesktop.DBus.Error.AccessDenied", to=call)

        if "late" in self.ways:
            self.questions.append("read")
            self._waiting.append(answer)
        else:
            answer(True)

    def _on_Delete(self, path: str, client: str) -> None:
        def delete() -> str:
            self.items.pop(path, None)
            return ""

        if "delete" in self.ways:
            self._reply("o", self._prompt("delete", "s", delete))
        else:
            delete()
            self._reply("o", "/")

    def _on_Unlock(self, path: str, client: str, paths: list[str]) -> None:
        def unlock() -> list[str]:
            self._allowed |= {(item, client) for item in paths}
            if COLLECTION in paths:
                self.ways.discard("database")
            return paths

        self._reply("aoo", [], self._prompt("unlock", "ao", unlock))

    def _on_Prompt(self, path: str, client: str, window: str) -> None:
        what, signature, do = self._prompts[path]
        self.questions.append(what)
        self._reply()

        def answer(agrees: bool) -> None:
            if path in self._prompts:
                nothing: Any = [] if signature == "ao" else "/"
                result = (signature, do() if agrees else nothing)
                emitter = DBusAddress(path, interface=SECRET + "Prompt")
                self._connection.send(new_signal(emitter, "Completed", "bv", (not agrees, result)))

        self._waiting.append(answer)

    def _on_Dismiss(self, path: str, client: str) -> None:
        self._prompts.pop(path, None)
        self.dismissed += 1
        self._reply()

    def _prompt(self, what: str, signature: str, do: Callable[[], Any]) -> str:
        """`do` returns what the person's yes leads to, of that type."""
        path = self._new("prompt")
        self._prompts[path] = (what, signature, do)
        return path

    def _found(self, wanted: dict[str, str]) -> list[str]:
        return [path for path, (attributes, _) in self.items.items() if wanted.items() <= attributes.items()]

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{ROOT}/{kind}/{self._count}"


@contextmanager
def asking_keychain(*ways: str) -> Iterator[tuple[AskingKeychain, dict[str, str]]]:
    """One on a bus of its own, and the variables that lead a program there."""
    with private_bus() as variables:
        connection = open_dbus_connection(variables["DBUS_SESSION_BUS_ADDRESS"])
        connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
        keychain = AskingKeychain(*ways)
        thread = threading.Thread(target=keychain.serve, args=(connection,), daemon=True)
        thread.start()
        try:
            yield keychain, variables
        finally:
            keychain.end()
            thread.join(10)
            connection.close()
