"""Prints a login's steps to stderr, and reads pasted redirect URLs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyrack.cli.output import Output, is_terminal, paint, picture, shows_blocks
from keyrack.domain.text import plain
from keyrack.oauth.effects import ShowCode, SignIn, Step
from keyrack.oauth.trace import Exchange, lines
from keyrack.operations.login.qr import qr_rows
from keyrack.operations.login.remote import over_ssh, ssh_line
from keyrack.wording.signs import BESIDE, STEPS
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.operations.login.control import LoginControl
    from keyrack.operations.login.flow_runner import Event

# An authorization request contains scopes and a resource, at most.
MOST_URL = 16_384


class Steps:
    """The `on_event` of `login`. Called in the login's thread."""

    def __init__(self, out: Output, control: LoginControl, *, verbose: bool = False) -> None:
        self.out = out
        self.control = control
        self.verbose = verbose
        self._shown: Step | None = None
        self._reading = False

    def __call__(self, event: Event) -> None:
        match event:
            case SignIn():
                self._sign_in(event)
            case ShowCode():
                self._show_code(event)
            case Exchange():
                if self.verbose:
                    self._trace(event)
            case Step():
                self._step(event)

    def _step(self, step: Step) -> None:
        if step.state == "ahead":
            return
        begins = step.state == "running"
        # A running step is printed once, and only if the user has to do something, or with --verbose.
        if begins and not (self.verbose or step.key == "sign-in"):
            return
        line = step._replace(seconds=0.0)
        if line == self._shown:
            return
        self._shown = line
        glyph, tone = STEPS[step.state]
        detail = f"  {plain(step.detail)}" if step.detail else ""
        took = "" if begins or step.key in BESIDE else f"  {step.seconds:.1f} s"
        self.out.note(f"{paint(glyph, tone, self.out.stderr)} {plain(step.title)}{detail}{took}")

    def _sign_in(self, sign_in: SignIn) -> None:
        say = self.out.note
        say(f"  Sign-in page: {plain(sign_in.origin)}   Returns to: {plain(sign_in.redirect_uri)}")
        say(f"  {plain(sign_in.url, MOST_URL)}")
        port = urlsplit(sign_in.redirect_uri).port
        if port is not None and over_ssh(os.environ):
            say("  This is an ssh session. To let your browser return here, run this on your own machine:")
            say(f"    {ssh_line(os.environ, port)}")
        if is_terminal(sys.stdin):
            say("  Or paste the address that the browser ends on, and press enter. Press ctrl+c to cancel.")
        self._offer(sign_in, is_terminal(sys.stdin))
        if is_terminal(sys.stdin) and not self._reading:
            self._reading = True
            threading.Thread(target=self._read_lines, daemon=True, name="lines").start()

    def _offer(self, sign_in: SignIn, typing: bool) -> None:
        """Say what to do if the page does not redirect the browser."""
        if sign_in.earlier_client and typing:
            self.out.note("  Does the page not know this app? Type register to register it again.")
        elif sign_in.earlier_client:
            self.out.note("  Does the page not know this app? Log in again, and keyrack registers it again.")
        if sign_in.may_be_localhost:
            typed = "Type localhost, or log in" if typing else "Log in"
            self.out.note(f"  Does the page refuse 127.0.0.1? {typed} with --redirect-host localhost.")

    def _show_code(self, code: ShowCode) -> None:
        say = self.out.note
        say(f"  Or open {plain(code.verification_uri, MOST_URL)} on any device and enter:")
        say(f"    {paint(plain(code.user_code), Tone.STRONG, self.out.stderr)}")
        if shows_blocks(self.out.stderr):
            for row in qr_rows(code.verification_uri_complete or code.verification_uri):
                say(f"    {picture(row, self.out.stderr)}")

    def _trace(self, exchange: Exchange) -> None:
        for line in lines(exchange):
            self.out.note(f"    {paint(plain(line, MOST_URL), Tone.DIM, self.out.stderr)}")

    def _read_lines(self) -> None:
        """Pass each typed line to the login, until the input ends.

        A closed terminal counts as a hang-up, even if the signal went to the parent process instead.
        """
        buffer = b""
        descriptor = sys.stdin.fileno()
        while True:
            # Not sys.stdin.readline(): if this thread holds its lock at exit, Python aborts.
            try:
                chunk = os.read(descriptor, 4096)
            except OSError:
                chunk = b""
            if not chunk:
                if not os.isatty(descriptor) and hasattr(signal, "SIGHUP"):
                    os.kill(os.getpid(), signal.SIGHUP)
                return
            buffer += chunk
            while b"\n" in buffer:
                line, _, buffer = buffer.partition(b"\n")
                refusal = self._take(line.decode("utf-8", "replace").strip())
                if refusal:
                    self.out.note(f"  {plain(refusal)}")

    def _take(self, text: str) -> str | None:
        """Handle one of the offered words, or a paste. Returns a sentence if it can't be used."""
        if text == "register" and self.control.register_again():
            return None
        if text == "localhost" and self.control.use_localhost():
            return None
        return self.control.paste(text) if text else None
