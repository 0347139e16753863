"""What the login screen says below its steps."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from textual.content import Content

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Credential
from keyrack.domain.status import stored_state
from keyrack.domain.timetext import until
from keyrack.oauth.effects import SignIn
from keyrack.tui.present import Tone, error_text, join, say, state


def where(sign_in: SignIn, env: Mapping[str, str]) -> Content:
    """Where the user signs in, where the browser comes back to, and over SSH, by which way."""
    back = urlsplit(sign_in.redirect_uri)
    lines = [
        join(say("Sign-in page  ", Tone.DIM), say(sign_in.origin.removeprefix("https://"), Tone.STRONG)),
        join(say("Returns to    ", Tone.DIM), say(back.netloc)),
    ]
    from keyrack.operations.remote import over_ssh, ssh_line

    if over_ssh(env) and back.port is not None:
        lines.append(say("Over SSH, first run this on the computer with the browser:", Tone.DIM))
        lines.append(say(ssh_line(env, back.port)))
    return Content("\n").join(lines)


def success(credential: Credential, now: float) -> Content:
    """The state that the row will show."""
    words = until(credential.expires_at, now)
    ends = words if credential.expires_at is None else f"expires in {words}"
    kept = say(f" · kept in {credential.store}", Tone.DIM) if credential.store else ""
    return join(state(stored_state(credential, now)), say(f" · {ends}"), kept)


def failure(error: Exception) -> Content:
    """The sentence, and the hint on its own line."""
    if not isinstance(error, KeyrackError):
        return say(error_text(error), Tone.BAD)
    lines = [say(str(error), Tone.BAD)]
    if error.hint:
        lines.append(say(error.hint))
    return Content("\n").join(lines)
