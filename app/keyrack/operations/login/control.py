"""Controls a running login: paste a URL, open the browser again, request a device code, cancel."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from keyrack.domain.errors import Cancelled, KeyrackError, SignInTimeout
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import RegisterAgain, SignIn
from keyrack.oauth.stray import about_stray
from keyrack.operations.ports import Callback, HttpClient

Answer = dict[str, Secret]
Answers = queue.SimpleQueue[Answer | TokenSet | RegisterAgain | KeyrackError | None]
LONGEST = 3600.0  # seconds; longer than any device code is valid


class LoginControl:
    """Lets a front end control a running login. Safe to use from any thread."""

    def __init__(self) -> None:
        self._answers: Answers = queue.SimpleQueue()
        self._sign_in: SignIn | None = None
        self._begin_device: Callable[[], Any] | None = None
        self._device_runs = False
        self._deadline = 0.0  # of the wait; monotonic clock
        self._browse: Callable[[str], bool] | None = None
        self._hang_up: Callable[[], None] = lambda: None
        self.cancelled = threading.Event()

    def paste(self, text: str) -> str | None:
        """Use a pasted redirect URL or bare code. None if accepted, else a sentence that says why not."""
        sign_in = self._sign_in
        if sign_in is None:
            return "The login is not waiting for an address now."
        answer = read_pasted(text, sign_in)
        if isinstance(answer, str):
            return answer
        self._answers.put(answer)
        return None

    def register_again(self) -> bool:
        """Start the sign-in again with a new registration. False if that would change nothing now."""
        return self._start_over(lambda sign_in: bool(sign_in.earlier_client), RegisterAgain())

    def use_localhost(self) -> bool:
        """Start it again with localhost in the redirect URI. False if it has that, or there is no sign-in."""
        return self._start_over(lambda sign_in: sign_in.may_be_localhost, RegisterAgain("localhost"))

    def _start_over(self, is_offered: Callable[[SignIn], bool], again: RegisterAgain) -> bool:
        sign_in = self._sign_in
        if sign_in is None or not is_offered(sign_in):
            return False
        self._answers.put(again)
        return True

    def reopen(self) -> bool:
        """Open the browser again. False if there is none, or nothing to open."""
        return bool(self._sign_in and self._browse and self._browse(self._sign_in.url))

    def ask_for_code(self) -> bool:
        """Start a device authorization in parallel. False if the issuer offers none, or one is running."""
        begin = self._begin_device
        if begin is None or self._device_runs:
            return False
        self._device_runs = True
        begin()
        return True

    def no_code(self) -> None:
        """There is no code, or it has expired: another one can be requested."""
        self._device_runs = False

    def prolong(self, seconds: float) -> None:
        """Wait at least this long from now: a code may be valid for longer than the browser's time limit."""
        self._deadline = max(self._deadline, time.monotonic() + seconds)

    def finish(self, sign_in: SignIn, answer: TokenSet | KeyrackError) -> None:
        """The result of this sign-in's device code. The first response counts, wherever it comes from."""
        if sign_in is self._sign_in:
            self._answers.put(answer)

    def cancel(self) -> None:
        """Stop the login: `login` raises Cancelled, and nothing is changed."""
        self.cancelled.set()
        self._answers.put(None)
        self._hang_up()

    def wait(
        self,
        sign_in: SignIn,
        callback: Callback,
        browse: Callable[[str], bool] | None,
        seconds: float,
        no_browser: Callable[[], Any],
        begin_device: Callable[[], Any] | None = None,
        *,
        device: bool = False,
        stray: Callable[[Answer], Any] = lambda answer: None,
    ) -> Answer | TokenSet | RegisterAgain:
        """Open the browser and wait for the callback, a paste or a device code, whichever is first.

        `stray` gets responses that are not for this login.
        """
        start = time.monotonic()
        self._deadline = start + seconds
        self._answers, self._device_runs = queue.SimpleQueue(), False  # forget an earlier sign-in
        self.check()
        callback.expect(sign_in.state, stray)
        self._sign_in, self._browse, self._begin_device = sign_in, browse, begin_device
        listening = (callback, self._answers)
        threading.Thread(target=self._listen, args=listening, daemon=True, name="callback").start()
        if device:
            self.ask_for_code()
        if browse is not None and not self.cancelled.is_set():
            opened = browse(sign_in.url)
            if not opened:
                no_browser()
                self.ask_for_code()
        try:
            answer = self._answer()
        finally:
            self._sign_in = self._begin_device = None
        self.check()
        if isinstance(answer, KeyrackError):
            raise answer
        if answer is None:
            seconds = self._deadline - start
            waited = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
            raise SignInTimeout(f"Nobody signed in within {waited}.", hint="Log in again.")
        return answer

    def _answer(self) -> Answer | TokenSet | RegisterAgain | KeyrackError | None:
        """The first response; None after the deadline, which `prolong` may move."""
        while (left := self._deadline - time.monotonic()) > 0:
            try:
                return self._answers.get(timeout=left)
            except queue.Empty:
                pass
        return None

    def holds(self, http_client: HttpClient) -> None:
        """The client whose requests `cancel` ends."""
        self._hang_up = http_client.close
        self.check()

    def check(self) -> None:
        """Raise Cancelled if the user has stopped the login."""
        if self.cancelled.is_set():
            raise Cancelled("The login was canceled. Nothing was changed.")

    def _listen(self, callback: Callback, answers: Answers) -> None:
        answer = callback.wait(LONGEST)  # closed at the end of the login
        if answer is not None:
            answers.put(answer)


def read_pasted(text: str, sign_in: SignIn) -> Answer | str:
    """The parameters of a pasted redirect URL or bare code; a sentence if it is neither."""
    text = text.strip().strip("\"'<>")
    if not text:
        return "Nothing was pasted."
    if "://" not in text and "=" not in text:
        if sign_in.needs_issuer:
            return "This server needs the whole address that the browser ended on, not just the code."
        if not text.isprintable() or " " in text:
            return "That is not an address or a code."
        return {"code": Secret(text), "state": sign_in.state}
    try:
        query = urlsplit(text).query if "://" in text else text.lstrip("?")
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return "That is not a valid address."
    answer = dict(pairs)
    if len(answer) != len(pairs):
        return "That address has the same parameter twice, so it can't come from an authorization server."
    if "response_type" in answer:
        return "That is the sign-in page. Paste the address that the browser ends on after you sign in."
    if "code" not in answer and "error" not in answer:
        return "That address contains no code. Paste the one that the browser ends on after you sign in."
    found = {key: Secret(value) for key, value in answer.items()}
    if found.get("state") == sign_in.state:
        return found
    stray = about_stray(found, sign_in)
    return f"{stray.title}. {stray.detail}"
