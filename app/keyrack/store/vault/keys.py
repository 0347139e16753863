"""The identities that open the vault, from the environment or a file that may be sealed with a passphrase.

They are kept for some minutes after their last use, and then forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from keyrack.domain.errors import KeyrackError, StoreLocked, StoreUnavailable
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.store.vault import age as vault_age
from keyrack.store.vault import file as vault_file
from keyrack.store.vault import passphrase as vault_passphrase

IDENTITY, IDENTITY_FILE, PASSPHRASE = (
    "KEYRACK_VAULT_IDENTITY", "KEYRACK_VAULT_IDENTITY_FILE", "KEYRACK_VAULT_PASSPHRASE"
)  # fmt: skip

TRIES = 3  # passphrases that the user may try


class Sources(NamedTuple):
    """Where an identity may come from. The first one that exists is used."""

    file: str  # an identity file, as age-keygen writes it or sealed with `age -p`
    identity: Secret | None = None  # KEYRACK_VAULT_IDENTITY: the identity itself
    passphrase: Secret | None = None  # KEYRACK_VAULT_PASSPHRASE: opens the file
    ask: Callable[[], Secret | None] | None = None  # asks the user for it; None if nobody can be asked


class Keys:
    """The identities, once they have been opened. For one thread at a time."""

    def __init__(self, sources: Sources, now: Callable[[], float], minutes: float) -> None:
        self._sources = sources
        self._now = now
        self._patience = minutes * 60.0
        self._may_ask = sources.ask is not None
        self._open: tuple[Secret, ...] = ()
        self._used = 0.0
        self._holders = 0  # while there are any, nothing is forgotten
        self._to_forget = False  # when there are none left

    @property
    def file(self) -> str:
        return self._sources.file

    @property
    def is_given(self) -> bool:
        """Is the identity itself in the environment?"""
        return self._sources.identity is not None

    @property
    def given_passphrase(self) -> Secret | None:
        return self._sources.passphrase

    @property
    def is_open(self) -> bool:
        """Is it still open? Forgets the identities if their time is over."""
        now = self._now()
        if now < self._used:
            self._used = now  # the clock was set back
        if self._open and now - self._used > self._patience and not self._holders:
            self.forget()
        return bool(self._open)

    @property
    def wants_passphrase(self) -> bool:
        """Is the identity file sealed with a passphrase? Raises StoreLocked if there is no file."""
        return vault_age.is_sealed(self._read())

    def way(self) -> Literal["unaided", "ask", "none"]:
        """How it can be opened now: without the user, by asking, or not at all. Asks nobody."""
        sources = self._sources
        if self.is_open or sources.identity is not None:
            return "unaided"
        try:
            if not self.wants_passphrase or sources.passphrase is not None:
                return "unaided"
        except StoreUnavailable:
            return "none"
        return "ask" if self._may_ask else "none"

    @property
    def missing(self) -> StoreUnavailable | None:
        """The error if there is no key at all, and so nothing that a passphrase would open."""
        try:
            self._read()
        except StoreUnavailable as error:
            return None if self._sources.identity is not None else error
        return None

    def get(self) -> tuple[Secret, ...]:
        """The identities. Asks the user if necessary. Raises KeyrackError, StoreLocked."""
        if not self.is_open:
            self._opened(self._unaided() or self._asked())
        self._used = self._now()
        return self._open

    def unlock(self, passphrase: Secret) -> None:
        """Takes a second or two. Raises StoreLocked if it is the wrong one."""
        self._opened(self._unsealed(passphrase, "That is not the passphrase of the sealed vault."))

    def adopt(self, identity: Secret) -> None:
        """Use an identity that was just created."""
        self._opened((identity,))

    def forget(self) -> None:
        """Lock now, or as soon as nobody holds it open."""
        self._to_forget = bool(self._holders)
        if not self._to_forget:
            self._open = ()

    def hold(self) -> None:
        """Keep it open until `release`, from now or from when it is opened."""
        self._holders += 1

    def release(self) -> None:
        """The counterpart of `hold`."""
        self._holders = max(0, self._holders - 1)
        if self._to_forget:
            self.forget()

    def release_all(self) -> None:
        """Release all holds: after a fork, the holders are in the parent."""
        self._holders = 0
        if self._to_forget:
            self.forget()

    def _opened(self, identities: tuple[Secret, ...]) -> None:
        self._open, self._used, self._to_forget = identities, self._now(), False

    def _unaided(self) -> tuple[Secret, ...]:
        sources = self._sources
        if sources.identity is not None:
            return vault_age.parse_identities(sources.identity, IDENTITY)
        if not self.wants_passphrase:
            return vault_age.parse_identities(Secret(self._read().decode(errors="replace")), sources.file)
        if sources.passphrase is not None:
            return self._unsealed(sources.passphrase, f"{PASSPHRASE} is not the passphrase of the vault.")
        return ()

    def _asked(self) -> tuple[Secret, ...]:
        ask = self._sources.ask
        if not self._may_ask or ask is None:
            raise locked()
        self._may_ask = False
        for tries_left in range(TRIES - 1, -1, -1):
            passphrase = ask()
            if not passphrase:
                break
            try:
                return self._unsealed(passphrase, "That is not the passphrase of the sealed vault.")
            except StoreLocked:
                if not tries_left:
                    raise
        raise locked()

    def _unsealed(self, passphrase: Secret, refusal: str) -> tuple[Secret, ...]:
        path = self._sources.file
        sealed = self._read()
        problem: KeyrackError
        try:
            text = vault_passphrase.unseal(sealed, passphrase)
            return vault_age.parse_identities(text, path)
        except vault_passphrase.WrongPassphrase:
            problem = StoreLocked(refusal, hint="Nothing was changed.")
        except vault_age.NotSealed:
            problem = StoreUnavailable(f"{path} is damaged.", hint="Restore it from a copy.")
        raise problem

    def _read(self) -> bytes:
        found = vault_file.read(self._sources.file, link=True)
        if found is None:
            raise StoreLocked(
                f"There is no key for the sealed vault: {self._sources.file} does not exist.",
                hint="Copy it there, or use an identity file that opens the vault: "
                f"keyrack vault init --identity FILE, or {IDENTITY_FILE}.",
            )
        return found[0]


def locked() -> StoreLocked:
    hint = f"For unattended use, set {PASSPHRASE} or {IDENTITY_FILE}."
    return StoreLocked("The sealed vault is locked.", hint=hint)
