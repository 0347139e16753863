"""Which of keyring's backends are used, and which are refused and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backends.chainer import ChainerBackend

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.secret import Secret
from keyrack.store.backends import keyring_choice as backends
from keyrack.store.backends.chooser import KeychainBackend
from support.pass_store import need_pass
from support.store_fakes import Backend


class PlaintextKeyring(Backend):
    pass


class NotRecommended(Backend):
    priority = 0.5


def choose(
    backend: object, monkeypatch: pytest.MonkeyPatch, allowed: tuple[str, ...] = ()
) -> backends.Backend:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backends.chosen_by_keyring(allowed)


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (keyring.backends.fail.Keyring(), "This machine has no keychain."),
        (keyring.backends.null.Keyring(), "keyring is disabled here (its null backend is configured)."),
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


def test_one_that_is_not_recommended_is_taken_where_the_user_allows_it_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = PlaintextKeyring()
    with pytest.raises(StoreAbsent) as caught:
        choose(backend, monkeypatch, ("test_store_backends.NotRecommended", "PlaintextKeyring"))
    assert 'allow_backend = ["test_store_backends.PlaintextKeyring"]' in caught.value.hint
    allowed = ("test_store_backends.PlaintextKeyring",)
    assert choose(backend, monkeypatch, allowed) is backend
    store = KeychainBackend(allowed=allowed)
    monkeypatch.setattr(backends, "secret_service_is_the_choice", lambda: False)
    store.set("one", Secret("x"))
    assert backend.entries == {"one": "x"}
    assert store.state().limits == (
        "keyrack does not know this backend, and verifies each write by reading it back.",
        "keyring does not recommend this backend, but keyrack's config.toml allows it.",
    )


PROBING = """
from keyrack.store.backends.chooser import KeychainBackend
for _ in range(2):
    print(KeychainBackend().state().reason)
"""


@pytest.mark.parametrize("chosen", ["", "keyring_pass.PasswordStoreBackend"])
def test_pass_without_a_store_writes_nothing_on_the_terminal(chosen: str, tmp_path: Path) -> None:
    """keyring asks it whether it would work, on every machine that has no other keychain."""
    need_pass()
    env = os.environ | {"PASSWORD_STORE_DIR": str(tmp_path / "none"), "PYTHON_KEYRING_BACKEND": chosen}
    if not chosen:
        del env["PYTHON_KEYRING_BACKEND"]
    done = subprocess.run(
        [sys.executable, "-c", PROBING], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[0]
    assert len(set(done.stdout.splitlines())) == 1


def test_the_one_that_keeps_nothing_cannot_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (keyring.backends.fail, keyring.backends.null):
        with pytest.raises(StoreAbsent):
            choose(module.Keyring(), monkeypatch, (f"{module.__name__}.Keyring",))


@pytest.mark.parametrize("error", [ImportError, AttributeError, RuntimeError])
def test_one_that_does_not_work_is_a_sentence(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> object:
        raise error("no such backend")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    with pytest.raises(StoreAbsent, match="is configured to use does not work here"):
        backends.chosen_by_keyring()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("keyring.backends.SecretService", "every program that runs as you"),
        ("keyring.backends.macOS", "asks once for each new program"),
        ("keyring.backends.Windows", "1,280 characters; keyrack splits"),
        ("keyring.backends.kwallet", "once for each new program"),
        ("keyring_pass", "gpg"),
        ("some.other", "verifies each write by reading it back"),
    ],
)
def test_a_store_tells_its_backend_and_its_limits(module: str, words: str) -> None:
    backend = type("Keyring", (Backend,), {"__module__": module})()
    state = KeychainBackend(lambda: backend).state()
    assert state.ready and state.backend == f"{module}.Keyring"
    assert words in " ".join(state.limits)


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
