"""Calls to the operating system's keychain: which one it is, and each call held to its limit."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

from keyrack.domain.errors import StoreLocked, StoreSlow, StoreUnavailable
from keyrack.store.backends import chooser as backends
from keyrack.store.backends.chooser import Backend
from keyrack.store.backends.timeouts import PERSON_LIMIT, Ask, Bounded
from keyrack.store.backends.translate import absent, has_screen, locked, slow, translate
from keyrack.system.forks import anew_in_child

if TYPE_CHECKING:
    from keyrack.store.backends.secret_service import SecretService

T = TypeVar("T")

LIMIT = 5.0  # seconds for a call that needs nobody
ANSWER = 3.0  # seconds for a question about nothing, to find out whether the service still answers


class Opened:
    """What a call works with from its beginning to its end, whatever becomes of it in other threads."""

    # No NamedTuple, which would cost `keyrack token` 2 ms for the annotations.
    def __init__(self, service: SecretService | None, backend: Backend | None) -> None:
        self.service = service  # spoken to directly
        self.backend = backend  # keyring's; beside a service it is made when it is needed


class KeychainCalls:
    """Nothing is opened before the first call. Methods raise StoreUnavailable and its kinds."""

    def __init__(
        self,
        choose: Callable[[], Backend] | None,
        *,
        allowed: Collection[str] = (),
        limit: float = LIMIT,
        person_limit: float = PERSON_LIMIT,
        tell: Callable[[str], Any] = lambda sentence: None,
    ) -> None:
        self._choose = choose  # None: the machine's own
        self._allowed = allowed  # backends ("module.Class") that keyring does not recommend
        self._limit = limit
        self._person_limit = person_limit
        self._tell = tell
        self._opened: Opened | None = None
        self.name = "keychain"
        self._inherited: list[SecretService] = []  # the parents' connections, which are theirs to close
        self._bounded = self._new_bounded()
        anew_in_child(self)

    def begin_anew(self) -> None:
        """In a forked child: nothing of the parent's connection, nor of its threads' calls."""
        if self._opened is not None and self._opened.service is not None:
            self._opened.service.disown()
            self._inherited.append(self._opened.service)
        self._opened, self._bounded = None, self._new_bounded()

    @property
    def is_asking(self) -> bool:
        """Is a call under way in which a person may be asked?"""
        return self._bounded.is_asking

    def open(self) -> Opened:
        """The keychain that is used, found at the first call."""
        opened = self._opened
        if opened is None:
            self._import()
            opened = self._opened = self._run(lambda ask: self._find())
        return opened

    def is_locked(self, found: Opened) -> bool:
        """Known of the Secret Service only; asking another keychain could make it prompt."""
        return found.service is not None and self.quietly(found, lambda service: service.is_locked())

    def quietly(self, found: Opened, action: Callable[[SecretService], T]) -> T:
        """A call to the Secret Service that needs nobody."""
        return self._with_service(found, lambda service, ask: action(service))

    def directly(self, found: Opened, action: Callable[[SecretService, Ask], T]) -> T:
        """A call to the Secret Service, which is unlocked before, where somebody is there to do it."""
        try:
            return self._with_service(found, action)
        except StoreLocked as error:
            if type(error) is not StoreLocked:
                raise  # there is nothing yet that a password would open
        if not has_screen():
            # A prompt would fail, or open on a screen that this user does not sit at.
            raise locked(self.name)
        self._with_service(self.open(), lambda service, ask: service.unlock(ask))
        return self._with_service(self.open(), action)

    def by_keyring(self, found: Opened, action: Callable[[Backend], T]) -> T:
        """A call to keyring's backend, which may ask a person at any time: for each entry (the macOS
        Keychain, pass), or for each program (KWallet)."""

        def call(ask: Ask) -> T:
            backend = found.backend or backends.secret_service()
            if backends.may_ask(backend):
                ask()
            return action(backend)

        return self._run(call)

    def _new_bounded(self) -> Bounded:
        return Bounded(self._person_limit, self._tell_of, self._is_well)

    def _is_well(self) -> bool:
        """Where a screen is, a service that answers nothing may be one that waits for its person."""
        if has_screen() or self._opened is None or self._opened.service is None:
            return True
        from keyrack.store.backends.bus import secret_service_answers

        return secret_service_answers(ANSWER)

    def _tell_of(self, seconds: float) -> None:
        self._tell(
            f"Waiting for the {self.name}, which may be asking you for permission or a password "
            f"(up to {seconds:.0f} s)."
        )

    def _import(self) -> None:
        # Here and not in the bounded call: on a cold disk an import may take longer than the limit.
        try:
            if self._choose is None and backends.secret_service_is_the_choice():
                import keyrack.store.backends.secret_service  # noqa: F401  # pyright: ignore[reportUnusedImport]
        except ImportError:
            pass

    def _find(self) -> Opened:
        if self._choose is None and backends.secret_service_is_the_choice():
            service = self._connect()
            if service is not None:
                self.name = "Secret Service"
                return Opened(service, None)
        backend = self._choose() if self._choose else backends.chosen_by_keyring(self._allowed)
        self.name = backends.name_of(backend)
        return Opened(self._connect() if backends.is_plain_secret_service(backend) else None, backend)

    def _connect(self) -> SecretService | None:
        try:
            from keyrack.store.backends.secret_service import SecretService
        except ImportError:
            return None
        return SecretService.connect()

    def _drop(self, spent: Opened) -> None:
        """The next call finds anew, unless another thread did so already."""
        if self._opened is spent:
            self._opened = None

    def _with_service(self, found: Opened, action: Callable[[SecretService, Ask], T]) -> T:
        """Once more over a new connection, where the old one is spent (the daemon started anew)."""
        service = found.service
        assert service is not None
        try:
            return self._run(lambda ask: action(service, ask))
        except StoreSlow:
            # Its thread still has the connection; the next call takes a new one.
            self._drop(found)
            raise
        except StoreUnavailable as error:
            if type(error) is not StoreUnavailable:
                raise
        service.close()
        self._drop(found)
        again = self.open().service
        if again is None:
            raise absent(f"The {self.name} is no longer available.")
        return self._run(lambda ask: action(again, ask))

    def _run(self, action: Callable[[Ask], T]) -> T:
        return self._bounded.run(
            action,
            self._limit,
            failed=lambda error: translate(error, self.name),
            slow=lambda: slow(self.name),
        )
