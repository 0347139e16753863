"""Errors that a user reads.

KeyrackError                 1  anything else
├── UsageError               2  the words typed make no sense
│   └── Ambiguous               they mean several servers
├── LoginNeeded              3  a person must log in
│   └── ClientRefused           the issuer does not take the client, whatever the grant
├── Temporary                4  the network or the server; try again
├── StoreUnavailable         5  no place for secrets
│   ├── StoreAbsent             this machine has no keychain
│   ├── StoreLocked             it is there and locked
│   │   └── NoCollection            nothing was ever made in it that could be unlocked
│   ├── StoreDenied             a person, or a rule of theirs, did not let keyrack use an entry
│   └── StoreSlow               it, or the person that it asked, did not answer in time
├── NoSuchServer             6  the name is not configured
├── BadUrl                   1  an address that keyrack will not use
├── ClientNeeded             1  the issuer wants an app that was registered there by hand
├── NoOAuth                  1  there is no login at this server; a token made by hand may do
├── ScopeRefused             1  the issuer does not give one of the scopes that were asked for
└── Cancelled                1  the user stopped it; nothing was changed
"""

from __future__ import annotations


class KeyrackError(Exception):
    """One sentence for a person (`str(error)`), and a `hint`: what to do next, or "".

    A command in the hint that is to be typed may stand on a line of its own. `setting` names the one
    of keyrack's own file that lets it through where the user knows better (`operations.advice`).
    """

    exit_code = 1

    def __init__(self, sentence: str, *, hint: str = "", setting: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint
        self.setting = setting


class UsageError(KeyrackError):
    exit_code = 2


class Ambiguous(UsageError):
    pass


class LoginNeeded(KeyrackError):
    exit_code = 3


class ClientRefused(LoginNeeded):
    pass


class Temporary(KeyrackError):
    exit_code = 4


class StoreUnavailable(KeyrackError):
    exit_code = 5


class StoreAbsent(StoreUnavailable):
    pass


class StoreLocked(StoreUnavailable):
    pass


class NoCollection(StoreLocked):
    """The Secret Service has no default collection: none was ever made, or it is locked and hidden."""


class StoreDenied(StoreUnavailable):
    pass


class StoreSlow(StoreUnavailable):
    pass


class NoSuchServer(KeyrackError):
    exit_code = 6


class BadUrl(KeyrackError):
    pass


class ClientNeeded(KeyrackError):
    """`issuer` is where to register one, and `redirect_uri` what to register it with.

    A machine's client has no redirect URI (""), and needs a secret or a key; `client_id` is the
    one that lacks them, where there is one.
    """

    def __init__(
        self, sentence: str, *, issuer: str, redirect_uri: str, client_id: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.client_id = client_id


class NoOAuth(KeyrackError):
    """`app_may_do`: an app that is registered there by hand may be a way in all the same."""

    def __init__(self, sentence: str, *, hint: str = "", app_may_do: bool = False) -> None:
        super().__init__(sentence, hint=hint)
        self.app_may_do = app_may_do


class ScopeRefused(KeyrackError):
    """`added` are those asked for that an earlier login, or this one, had added to the server's own."""

    added: tuple[str, ...] = ()


class Cancelled(KeyrackError):
    pass
