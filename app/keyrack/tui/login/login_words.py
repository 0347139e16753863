"""The text below the steps on the login screen."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from textual.content import Content

from keyrack.domain.errors import ClientNeeded, KeyrackError
from keyrack.domain.model import CredentialInfo
from keyrack.oauth.effects import ShowCode, SignIn
from keyrack.operations.login.remote import over_ssh, ssh_line
from keyrack.tui.kit import keymap
from keyrack.tui.kit.keyed import keyed
from keyrack.tui.kit.present import error_text, join, key_hint, say, state
from keyrack.wording.status import stored_state
from keyrack.wording.times import until
from keyrack.wording.tones import Tone

ASKING = "requesting a code…"


def where(sign_in: SignIn, env: Mapping[str, str], code: ShowCode | str = "", note: str = "") -> Content:
    """Where the user signs in, and where the browser returns to, with the way back over SSH.

    `code` is the code for another device, or its status in words. `note` is keyrack's own text.
    """
    back = urlsplit(sign_in.redirect_uri)
    lines = [
        join(say("Sign-in page  ", Tone.DIM), say(sign_in.origin.removeprefix("https://"), Tone.STRONG)),
        join(say("Returns to    ", Tone.DIM), say(back.netloc)),
    ]
    if isinstance(code, ShowCode):
        page = code.verification_uri.removeprefix("https://")
        words = join(say(code.user_code, Tone.STRONG), say(" at ", Tone.DIM), say(page))
        lines.append(join(say("Or a code     ", Tone.DIM), words))
    elif code:
        lines.append(join(say("Or a code     ", Tone.DIM), say(code)))
    if stuck := _if_stuck(sign_in):
        lines.append(join(say("Error there?  ", Tone.DIM), say(" · ", Tone.DIM).join(stuck)))
    if over_ssh(env) and back.port is not None:
        lines.append(say("Over ssh, first run this on the machine with the browser:", Tone.DIM))
        lines.append(say(ssh_line(env, back.port)))
    if note:
        lines.append(say(note, Tone.DIM))
    return Content("\n").join(lines)


def _if_stuck(sign_in: SignIn) -> list[Content]:
    """The keys that help if the page shows an error and never redirects back."""
    offers = (
        (keymap.LOGIN_REGISTER, bool(sign_in.earlier_client)),
        (keymap.LOGIN_LOCALHOST, sign_in.may_be_localhost),
    )
    return [key_hint(keymap.shown(key), key.description) for key, is_offered in offers if is_offered]


def success(credential: CredentialInfo, now: float) -> Content:
    """The text after a login, with the state that the row will show."""
    words = until(credential.expires_at, now)
    ends = words if credential.expires_at is None else f"expires in {words}"
    kept = say(f" · stored in {credential.store}", Tone.DIM) if credential.store else ""
    return join(state(stored_state(credential, now)), say(f" · {ends}"), kept)


def failure(error: Exception, keys: Mapping[str, str]) -> Content:
    """The error and, on its own line, the hint; also the redirect URI if an app has to be registered.

    `keys`: this screen's, by the command that does the same.
    """
    if not isinstance(error, KeyrackError):
        return say(error_text(error), Tone.BAD)
    lines = [say(str(error), Tone.BAD)]
    lines += [say(line) for line in keyed(error.hint, keys).split("\n") if line]
    if isinstance(error, ClientNeeded) and error.redirect_uri:
        lines.append(join(say("Redirect URI  ", Tone.DIM), say(error.redirect_uri, Tone.STRONG)))
    return Content("\n").join(lines)
