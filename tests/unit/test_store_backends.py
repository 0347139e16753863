"""Which of keyring's backends is taken, and which are refused with a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backends.chainer import ChainerBackend

from keyrack.domain.errors import StoreAbsent
from keyrack.store import backends
from support.store_fakes import Backend


class PlaintextKeyring(Backend):
    pass


class NotRecommended(Backend):
    priority = 0.5


def choose(backend: object, monkeypatch: pytest.MonkeyPatch) -> backends.Backend:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backends.chosen_by_keyring()


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (keyring.backends.fail.Keyring(), "This machine has no keychain."),
        (keyring.backends.null.Keyring(), "keyring is switched off here (its null backend is chosen)."),
        (
            PlaintextKeyring(),
            "keyring would use test_store_backends.PlaintextKeyring, which is not safe for secrets.",
        ),
        (
            NotRecommended(),
            "keyring would use test_store_backends.NotRecommended, which is not safe for secrets.",
        ),
    ],
    ids=["fail", "null", "plaintext", "not recommended"],
)
def test_what_keeps_no_secret_is_refused(
    backend: object, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreAbsent) as caught:
        choose(backend, monkeypatch)
    assert (str(caught.value), bool(caught.value.hint)) == (sentence, True)


def test_of_a_chain_only_the_first_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Backend()
    monkeypatch.setattr(ChainerBackend, "backends", [good, PlaintextKeyring()])
    assert choose(ChainerBackend(), monkeypatch) is good


@pytest.mark.parametrize("chain", [[PlaintextKeyring(), Backend()], []], ids=["plaintext first", "empty"])
def test_a_chain_that_begins_with_none_that_is_safe_is_refused(
    chain: list[Backend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChainerBackend, "backends", chain)
    with pytest.raises(StoreAbsent):
        choose(ChainerBackend(), monkeypatch)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.SecretService", "Secret Service"),
        ("keyring.backends.macOS", "macOS Keychain"),
        ("keyring.backends.Windows", "Windows Credential Manager"),
        ("keyring.backends.kwallet", "KWallet"),
        ("keyring_pass", "pass"),
    ],
)
def test_stores_have_names_for_people(module: str, name: str) -> None:
    assert backends.name_of(type("Keyring", (Backend,), {"__module__": module})()) == name


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")
class TestSecretServiceFirst:
    def test_it_is_taken_where_nothing_else_was_said(self) -> None:
        assert backends.secret_service_is_the_choice()

    @pytest.mark.parametrize(
        "variable",
        ["PYTHON_KEYRING_BACKEND", "KEYRING_PROPERTY_SCHEME", "KEYRING_PROPERTY_PREFERRED_COLLECTION"],
    )
    def test_keyrings_variables_are_left_to_keyring(
        self, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "x")
        assert not backends.secret_service_is_the_choice()

    def test_so_is_its_configuration_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "python_keyring").mkdir()
        (tmp_path / "python_keyring" / "keyringrc.cfg").write_text("[backend]\n")
        assert not backends.secret_service_is_the_choice()

    def test_and_a_kde_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:KDE")
        assert not backends.secret_service_is_the_choice()
