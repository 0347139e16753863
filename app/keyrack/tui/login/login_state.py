"""The state of one login attempt, and the keys that work in it. Pure."""

from __future__ import annotations

from textual.binding import Binding

from keyrack.domain.errors import ClientNeeded, ScopeRefused
from keyrack.domain.model import CredentialInfo
from keyrack.oauth.effects import ShowCode, SignIn
from keyrack.tui.kit import keymap

WAITING_ONLY = ("open_again", "copy_link", "paste", "register_again", "use_localhost")


class LoginState:
    def __init__(self) -> None:
        self.phase: keymap.LoginPhase = "working"
        self.sign_in: SignIn | None = None
        self.waiting_since = 0.0  # Unix seconds
        self.code: ShowCode | str = ""  # for another device, or its status in words
        self.error: Exception | None = None
        self.token_may_do = False
        self.credential: CredentialInfo | None = None

    @property
    def is_over(self) -> bool:
        return self.phase in ("done", "failed")

    @property
    def is_waiting(self) -> bool:
        """Whether the login waits for the user to sign in elsewhere."""
        return self.phase in ("waiting", "pasting")

    @property
    def offers_code(self) -> bool:
        """Whether the issuer offers codes for other devices."""
        return self.sign_in is not None and self.sign_in.device is not None

    @property
    def scopes_added(self) -> bool:
        """Whether scopes were refused, and some had been added to the server's own."""
        return isinstance(self.error, ScopeRefused) and bool(self.error.added)

    @property
    def redirect_uri(self) -> str:
        """The redirect URI to register an app with; "" if none is needed, or it is not known."""
        return self.error.redirect_uri if isinstance(self.error, ClientNeeded) else ""

    def waits_for(self, seconds: float) -> float:
        """How long the user has to sign in, if the browser's limit is `seconds`."""
        if isinstance(self.code, ShowCode):
            return max(seconds, self.code.expires_at - self.waiting_since)
        return seconds

    def takes(self, action: str) -> bool:
        """Whether a key's action applies now."""
        if action in WAITING_ONLY:
            return self.phase == "waiting"
        if action == "device":
            return self.phase == "waiting" and self.offers_code
        if action in ("again", "client"):
            return self.phase == "failed"
        if action == "finish":  # enter must not cancel a running login
            return self.phase == "done"
        if action == "reset_scopes":
            return self.phase == "failed" and self.scopes_added
        if action == "token":
            return self.phase == "failed" and self.token_may_do
        return True

    def command_keys(self) -> dict[str, str]:
        """The keys that do here what a command in a hint does, by its verb."""
        found: dict[str, str] = {}
        if self.redirect_uri:
            found["login"] = keymap.shown(keymap.LOGIN_CLIENT_NEEDED[0])
        elif self.scopes_added:
            found["login"] = keymap.shown(keymap.LOGIN_RESET_SCOPES)
        if self.token_may_do:
            found["set"] = keymap.shown(keymap.LOGIN_TOKEN)
        return found

    def keys(self) -> list[Binding]:
        """The bindings for the key line."""
        return keymap.login_keys(
            self.phase,
            offers_code=self.offers_code,
            client_needed=bool(self.redirect_uri),
            scopes_added=self.scopes_added,
            token_may_do=self.token_may_do,
        )
