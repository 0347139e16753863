"""The sealed vault as a backend: secrets in one age file, for machines without a keychain.

`vault.age` is sealed to recipients. `identity.age`, next to it, is the key of one of them,
sealed with a passphrase; other machines have identities of their own. The standard age tool
opens it too: age -d -i identity.age vault.age
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext

from keyrack.domain.errors import DamagedData, KeyrackError, StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.vault import age as vault_age
from keyrack.store.vault import file as vault_file
from keyrack.store.vault import passphrase as vault_passphrase
from keyrack.store.vault.content import Content, decode, encode
from keyrack.store.vault.file import Stamp
from keyrack.store.vault.keys import Keys, Sources, locked
from keyrack.system.forks import reset_in_child
from keyrack.system.locks import Locks

NAME = "Sealed vault"
FILE, IDENTITY_FILE = "vault.age", "identity.age"
TICK = 100_000_000  # nanoseconds; two replacements within it may leave the same stamp
WAIT = 30.0  # seconds to wait for another process that is writing the vault
INIT_HINT = "Run keyrack vault init to create one."
MEND_HINT = "Restore it from a copy. keyrack does not change it."


class VaultBackend:
    """A SecretBackend in one file. Every method but `state` may raise StoreUnavailable and its kinds,
    NewerFormat, and Temporary if another process writes for too long.

    Each change reads, seals, and replaces the whole file under a lock between processes.
    """

    name = NAME
    persistent = True

    def __init__(
        self, folder: str, locks: Locks, now: Callable[[], float], *, sources: Sources, minutes: float
    ) -> None:
        self.path = os.path.join(folder, FILE)
        self.identity_path = os.path.join(folder, IDENTITY_FILE)
        self._locks = locks
        self._now = now
        self._keys = Keys(sources, now, minutes)
        self._turn = threading.RLock()  # so that several threads ask for the passphrase only once
        self._seen: tuple[Stamp, Content] | None = None
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: another thread of the parent may have held the lock or kept the vault open."""
        self._turn = threading.RLock()
        self._keys.release_all()

    # The methods of a SecretBackend.

    def get(self, entry: str) -> Secret | None:
        return self._content().entries.get(entry)

    def set(self, entry: str, secret: Secret) -> None:
        with self._changing():
            self._seal(self._content().with_entry(entry, secret))

    def delete(self, entry: str) -> bool:
        with self._changing():
            content = self._content()
            if entry not in content.entries:
                return False
            self._seal(content.without_entry(entry))
            return True

    def entries(self) -> tuple[str, ...]:
        return tuple(self._content().entries)

    @contextmanager
    def staying_open(self) -> Generator[None]:
        with self._turn:
            self._keys.hold()
        try:
            yield
        finally:
            with self._turn:
                self._keys.release()
                if not self._keys.is_open:
                    self._seen = None

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        """Does nothing: the vault is in the data folder, which has its own locks."""
        return nullcontext()

    def state(self) -> StoreState:
        """Never asks. Ready and locked together mean that the user will be asked when it is used."""
        try:
            if not self.exists():
                raise self._absent()
            with self._turn:
                way = self._keys.way()
                if not self._keys.is_open:
                    self._seen = None
        except KeyrackError as error:
            return StoreState(NAME, ready=False, reason=str(error), hint=error.hint, kind="vault")
        if way == "unaided":
            return StoreState(NAME, ready=True, kind="vault")
        shut = self._keys.missing or locked()
        return StoreState(
            NAME, ready=way == "ask", locked=True, reason=str(shut), hint=shut.hint, kind="vault"
        )

    # Methods that only the vault has.

    def exists(self) -> bool:
        return vault_file.stamp(self.path) is not None

    def has_own_key(self) -> bool:
        """Is an identity configured, so that the vault needs no passphrase of its own?"""
        return self._keys.is_given or self._keys.file != self.identity_path

    def has_key(self) -> bool:
        """Is there anything to open it with, including a passphrase that the user must type?"""
        return self._keys.missing is None

    @property
    def key_path(self) -> str:
        """The file with the key that opens it; "" if the environment has the key itself."""
        return "" if self._keys.is_given else self._keys.file

    def wants_new_passphrase(self) -> bool:
        """Must the user choose one before `create`?"""
        return not (self.exists() or self.has_own_key() or self._keys.given_passphrase)

    def create(self, passphrase: Secret | None, recipients: Iterable[str] = ()) -> None:
        """Create an empty vault, with a passphrase or, if that is None, the configured identity.

        `recipients` can open it too. Raises KeyrackError if there is a vault already, or a
        recipient is not valid.
        """
        others = [vault_age.parse_recipient(each) for each in recipients]
        with self._changing():
            if self.exists():
                raise KeyrackError(f"A vault already exists: {self.path}.")
            if self.has_own_key():
                identities = self._keys.get()
            else:
                identities = (self._make_identity(passphrase or self._keys.given_passphrase),)
            own = map(vault_age.recipient_of, identities)
            self._seal(Content(tuple(dict.fromkeys([*own, *others])), {}))

    def unlock(self, passphrase: Secret | None = None) -> None:
        """Open it for the configured minutes. Raises StoreLocked if the passphrase is wrong."""
        with self._turn:
            if passphrase is not None:
                self._keys.unlock(passphrase)
            self._content()

    def lock(self) -> None:
        """Forget its content at once, and the key as soon as no refresh needs it."""
        with self._turn:
            self._keys.forget()
            self._seen = None

    def change_passphrase(self, passphrase: Secret) -> None:
        """Seal `identity.age` with another passphrase. The vault itself stays the same, and must be open."""
        with self._changing():
            self._content()
            if self.has_own_key() or not self._keys.wants_passphrase:
                raise KeyrackError(
                    "This vault opens with an identity file, and has no passphrase of its own.",
                    hint=f"The file: {self._keys.file}",
                )
            self._write_identity(self._keys.get(), passphrase)

    def recipients(self) -> tuple[str, ...]:
        """The public keys of everyone who can open it."""
        return self._content().recipients

    def own_recipients(self) -> tuple[str, ...]:
        """The public keys of the identities on this machine."""
        with self._turn:
            return tuple(map(vault_age.recipient_of, self._keys.get()))

    def change_recipients(self, edit: Callable[[tuple[str, ...]], Iterable[str]]) -> None:
        """Seal it to the recipients that `edit` returns. Raises KeyrackError if no key here would open it."""
        with self._changing():
            content = self._content()
            recipients = tuple(dict.fromkeys(map(vault_age.parse_recipient, edit(content.recipients))))
            if not set(recipients) & set(self.own_recipients()):
                raise KeyrackError(
                    "This machine could no longer open the vault, so nothing was changed.",
                    hint="Add this machine's recipient first.",
                )
            self._seal(content._replace(recipients=recipients))

    @contextmanager
    def _changing(self) -> Generator[None]:
        with self._turn:
            if self.exists():
                self._keys.get()  # ask the user before taking the lock, so that no other process waits
            with self._locks.hold("vault", timeout=WAIT):
                yield

    def _content(self) -> Content:
        """Its current content, from memory if the file has not changed."""
        with self._turn:
            if not self.exists():
                raise self._absent()
            if not self._keys.is_open:
                self._seen = None
            identities = self._keys.get()
            stamp = vault_file.stamp(self.path)
            if self._seen is None or self._seen[0] != stamp:
                found = vault_file.read(self.path)
                if found is None:
                    raise self._absent()
                content = self._unseal(found[0], identities)
                if time.time_ns() - found[1].changed < TICK:
                    return content
                self._seen = found[1], content
            return self._seen[1]

    def _unseal(self, sealed: bytes, identities: Iterable[Secret]) -> Content:
        try:
            plain = vault_age.unseal(sealed, identities)
            return decode(plain, f"The sealed vault {self.path}")
        except vault_age.OtherKeys:
            own = ", ".join(map(vault_age.recipient_of, identities))
            problem: StoreUnavailable = StoreLocked(
                "The key on this machine does not open the sealed vault.",
                hint=f"On a machine that can open it, run: keyrack vault add-recipient {own}",
            )
        except (vault_age.NotSealed, DamagedData):
            problem = StoreUnavailable(f"The sealed vault {self.path} is damaged.", hint=MEND_HINT)
        raise problem

    def _seal(self, content: Content) -> None:
        """Replace the file, after checking that the new one can be opened."""
        sealed = vault_age.seal(encode(content), content.recipients)
        if self._unseal(sealed, self._keys.get()) != content:
            raise StoreUnavailable("The vault could not be encrypted.", hint="Nothing was changed.")
        self._seen = None
        vault_file.replace(self.path, sealed)

    def _make_identity(self, passphrase: Secret | None) -> Secret:
        if not passphrase:
            raise KeyrackError("The vault needs a passphrase, or an identity file.")
        # An identity without a vault may still open a copy of it on another machine.
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._now()))
        vault_file.set_aside(self.identity_path, f"{self.identity_path}.old-{stamp}")
        identity = vault_age.new_identity()
        self._write_identity((identity,), passphrase)
        self._keys.adopt(identity)
        return identity

    def _write_identity(self, identities: Iterable[Secret], passphrase: Secret) -> None:
        if not passphrase:
            raise KeyrackError("The passphrase is empty.")
        lines = [f"# public key: {vault_age.recipient_of(each)}\n{each.reveal()}\n" for each in identities]
        text = Secret("".join(lines))
        sealed = vault_passphrase.seal(text, passphrase)
        if vault_passphrase.unseal(sealed, passphrase) != text:
            raise StoreUnavailable("The key could not be encrypted.", hint="Nothing was changed.")
        vault_file.replace(self.identity_path, sealed)

    def _absent(self) -> StoreAbsent:
        return StoreAbsent(f"There is no sealed vault: {self.path} does not exist.", hint=INIT_HINT)
