"""A session with the Secret Service: one key on both sides, or none if the service does not encrypt."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("secretstorage")

from jeepney import DBusErrorResponse, HeaderFields
from secretstorage.dhcrypto import Session
from secretstorage.util import DBusAddressWrapper, format_secret

from keyrack.store.backends.secret_service_session import PRIVATE_KEY, open_session, opened_secret

Call = Callable[..., Any]


def failure(name: str) -> DBusErrorResponse:
    header: Any = SimpleNamespace(fields={HeaderFields.error_name: name})
    return DBusErrorResponse(SimpleNamespace(header=header, body=()))  # type: ignore[arg-type]


@pytest.fixture
def answered_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Call], Session]:
    """Opens a session with a service that answers its calls like this."""

    def opened(call: Call) -> Session:
        monkeypatch.setattr(DBusAddressWrapper, "call", lambda self, *words: call(*words))
        return open_session(None)  # type: ignore[arg-type]

    return opened


def test_both_sides_have_the_same_key_and_ours_is_short(
    answered_by: Callable[[Call], Session],
) -> None:
    service = Session()  # secretstorage's own, in the part of the service

    def call(method: str, signature: str, algorithm: str, key: tuple[str, bytes]) -> Any:
        assert (method, signature, key[0], len(key[1])) == ("OpenSession", "sv", "ay", 128)
        service.set_server_public_key(int.from_bytes(key[1], "big"))
        service.object_path = "/session/1"
        return ("ay", service.my_public_key.to_bytes(128, "big")), service.object_path

    ours = answered_by(call)
    assert (ours.object_path, ours.aes_key, ours.encrypted) == ("/session/1", service.aes_key, True)
    assert 128 < ours.my_private_key.bit_length() <= 8 * PRIVATE_KEY
    sealed = format_secret(service, b"a secret", "text/plain")
    assert b"a secret" not in sealed[2]
    assert opened_secret(ours, sealed) == b"a secret"


def test_a_service_that_does_not_encrypt_sends_it_as_it_is(answered_by: Callable[[Call], Session]) -> None:
    asked: list[str] = []

    def call(method: str, signature: str, algorithm: str, key: Any) -> Any:
        asked.append(algorithm)
        if algorithm != "plain":
            raise failure("org.freedesktop.DBus.Error.NotSupported")
        return ("s", ""), "/session/2"

    ours = answered_by(call)
    assert asked == ["dh-ietf1024-sha256-aes128-cbc-pkcs7", "plain"]
    assert (ours.object_path, ours.encrypted) == ("/session/2", False)
    assert opened_secret(ours, ("/session/2", b"", b"a secret", "text/plain")) == b"a secret"


def test_no_other_failure_makes_it_plain(answered_by: Callable[[Call], Session]) -> None:
    def call(method: str, signature: str, algorithm: str, key: Any) -> Any:
        raise failure("org.freedesktop.DBus.Error.AccessDenied")

    with pytest.raises(DBusErrorResponse):
        answered_by(call)
