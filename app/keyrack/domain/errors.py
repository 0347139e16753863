"""Every error of keyrack, all of which a user may read. The number is the exit code.

KeyrackError                  1  anything else
├── UsageError                2  the words typed make no sense
│   └── Ambiguous                they mean several servers
├── LoginNeeded               3  a person must log in
│   ├── ClientRefused            the issuer does not take the client, whatever the grant
│   ├── AccessDenied             the person denied the request (RFC 8628)
│   └── SignInTimeout            nobody signed in within the time that a login waits
├── NotAllowed                3  a person did not allow a hand-out
├── Temporary                 4  the network or the server; try again
├── StoreUnavailable          5  no place for secrets
│   ├── StoreAbsent              this machine has no keychain
│   │   └── InOtherStore         the store in use works, but another one has the credential
│   ├── StoreLocked              it is there and locked
│   │   └── NoDefaultCollection  the Secret Service has no open keyring
│   ├── StoreDenied              a person, or a rule of theirs, did not let keyrack use an entry
│   ├── StoreSlow                it, or the person that it asked, did not answer in time
│   └── TokenNotStored           the issuer gave new tokens, and the store did not take them
├── NoSuchServer              6  the name is not configured
├── CommandNotFound         127  the command for `keyrack exec` is not there
├── CommandNotExecutable    126  it is there, and can't be run
├── BadUrl                    1  an address that keyrack will not use
├── ClientNeeded              1  the issuer wants an app that was registered there by hand
│   └── RedirectUriRefused       the issuer does not take this redirect URI; another one may do
├── NoOAuth                   1  there is no login at this server; a token made by hand may do
├── NoSseTransport            1  the server does not speak HTTP+SSE, the transport of 2024
├── TokenRefused              1  the server does not take a token that was made by hand
├── ScopeRefused              1  the issuer does not give one of the scopes that were asked for
├── UnusableTokenResponse     1  the issuer's reply has no access token that can be used
├── DamagedData               1  stored text that is not what keyrack wrote
├── NewerFormat               1  stored text of a later version of keyrack; it is left alone
├── BadServiceFile            1  a file of the user's that describes no service
├── FileChanged               1  another program has changed the file; nothing was written
└── Cancelled                 1  the user stopped it; nothing was changed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret


class KeyrackError(Exception):
    """One sentence for the user (`str(error)`), and a `hint`: what to do next, or "".

    A command in the hint can be on its own line. `setting` names the setting in keyrack's own file that
    allows it, if the user knows better (`operations.advice`).
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


class NotAllowed(KeyrackError):
    """The user, asked because of `confirm`, did not allow a hand-out. A login would not help."""

    exit_code = 3


class ClientRefused(LoginNeeded):
    pass


class AccessDenied(LoginNeeded):
    pass


class SignInTimeout(LoginNeeded):
    pass


class Temporary(KeyrackError):
    exit_code = 4


class StoreUnavailable(KeyrackError):
    exit_code = 5


class StoreAbsent(StoreUnavailable):
    pass


class InOtherStore(StoreAbsent):
    pass


class StoreLocked(StoreUnavailable):
    pass


class NoDefaultCollection(StoreLocked):
    """None was ever made, or its owner is locked and hides it."""


class StoreDenied(StoreUnavailable):
    pass


class StoreSlow(StoreUnavailable):
    pass


class TokenNotStored(StoreUnavailable):
    """`stored_credential` has the new tokens, which are nowhere else."""

    def __init__(self, problem: KeyrackError, stored_credential: Any) -> None:
        super().__init__(f"The new token could not be stored. {problem}", hint=problem.hint)
        self.stored_credential = stored_credential  # Any: the module of its class imports this one


class NoSuchServer(KeyrackError):
    exit_code = 6


class CommandNotFound(KeyrackError):
    exit_code = 127  # as a shell's (POSIX, "Exit Status for Commands")


class CommandNotExecutable(KeyrackError):
    exit_code = 126


class BadUrl(KeyrackError):
    pass


class ClientNeeded(KeyrackError):
    """Register the client at `issuer`, with `redirect_uri`.

    The client of a machine login has no redirect URI (""), and needs a secret or a key. `client_id` is
    the client that has neither, if there is one.
    """

    def __init__(
        self, sentence: str, *, issuer: str, redirect_uri: str, client_id: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.client_id = client_id


class RedirectUriRefused(ClientNeeded):
    pass


class NoOAuth(KeyrackError):
    """`app_may_do`: an app that is registered there by hand may still work."""

    def __init__(self, sentence: str, *, hint: str = "", app_may_do: bool = False) -> None:
        super().__init__(sentence, hint=hint)
        self.app_may_do = app_may_do


class NoSseTransport(KeyrackError):
    """Or it names an endpoint that keyrack does not use."""


class TokenRefused(KeyrackError):
    """Nothing was stored. `in_other_header`: the server may take the token in another header; nothing is
    known of what it wants."""

    def __init__(self, sentence: str, *, hint: str = "", in_other_header: bool = False) -> None:
        super().__init__(sentence, hint=hint)
        self.in_other_header = in_other_header


class ScopeRefused(KeyrackError):
    """`added` are the scopes that this or an earlier login added to those of the server."""

    added: tuple[str, ...] = ()


class UnusableTokenResponse(KeyrackError):
    """`refresh_token` is the one in the reply, where there is one: it may have replaced the old one."""

    def __init__(self, sentence: str, refresh_token: Secret | None) -> None:
        super().__init__(sentence, hint="The authorization server is not working correctly.")
        self.refresh_token = refresh_token


class DamagedData(KeyrackError):
    pass


class NewerFormat(KeyrackError):
    pass


class FileChanged(KeyrackError):
    pass


class BadServiceFile(KeyrackError):
    """`what` is wrong with the file at `path`, as a clause."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"The service file {path} can't be used: {what}.", hint="Fix the file or move it away."
        )
        self.path, self.what = path, what


class Cancelled(KeyrackError):
    pass
