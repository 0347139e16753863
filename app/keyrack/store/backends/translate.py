"""Translates whatever a keychain raises into one of keyrack's errors.

Exceptions are recognized by their classes' names, so that nothing needs to be imported. The
original message is never passed on and the exception never chained: its text, its
arguments or its frames may contain the secret.
"""

from __future__ import annotations

import os
import sys

from keyrack.domain.errors import (
    KeyrackError,
    StoreAbsent,
    StoreDenied,
    StoreLocked,
    StoreSlow,
    StoreUnavailable,
)

UNLOCK_HINT = "Unlock it, then try again."
NO_SCREEN_HINT = (
    "There is no display here for its password prompt. Unlock it from the desktop, "
    "or store credentials in a sealed vault: keyrack vault init."
)
DOCTOR_HINT = "Run keyrack doctor for details."

LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException"}
ABSENT = {"NoKeyringError", "SecretServiceNotAvailableException", "ModuleNotFoundError"}
DBUS_LOCKED = {"org.freedesktop.Secret.Error.IsLocked"}
DBUS_DENIED = {"org.freedesktop.DBus.Error.AccessDenied"}
DBUS_ABSENT = {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"}
DBUS_SLOW = {
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Timeout",
    "org.freedesktop.DBus.Error.TimedOut",
}


def translate(error: BaseException, store: str) -> KeyrackError:
    """A KeyrackError is returned unchanged; everything else becomes a kind of StoreUnavailable."""
    if isinstance(error, KeyrackError):
        return error
    kinds = {kind.__name__ for kind in type(error).__mro__}
    dbus = str(getattr(error, "name", "")) if "DBusErrorResponse" in kinds else ""
    if kinds & LOCKED or dbus in DBUS_LOCKED:
        return locked(store)
    if dbus in DBUS_DENIED:
        return denied(store)
    if kinds & ABSENT or dbus in DBUS_ABSENT:
        return absent(f"The {store} is not available.")
    if "TimeoutError" in kinds or dbus in DBUS_SLOW:
        return slow(store)
    if "InitError" in kinds:
        return StoreUnavailable(f"The {store} can't be opened.", hint=DOCTOR_HINT)
    return StoreUnavailable(f"The {store} failed ({type(error).__name__}).", hint=DOCTOR_HINT)


def is_unforeseen(error: StoreUnavailable) -> bool:
    """Is it an unknown failure, rather than a kind that says what to do?"""
    return type(error) is StoreUnavailable


def locked(store: str) -> StoreLocked:
    return StoreLocked(f"The {store} is locked.", hint=unlock_hint())


def unlock_hint() -> str:
    return UNLOCK_HINT if has_screen() else NO_SCREEN_HINT


def has_screen() -> bool:
    """Can the system ask the user for a password here? Over ssh or without a display it can't."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def slow(store: str) -> StoreSlow:
    return StoreSlow(
        f"The {store} did not answer in time.",
        hint="It may be waiting for you to unlock it or to allow access.",
    )


def unanswered(store: str, seconds: float) -> StoreSlow:
    return StoreSlow(
        f"The {store} asked you for permission or a password and got no answer within {seconds:.0f} s.",
        hint="Try again, and answer in the window that opens.",
    )


def denied(store: str) -> StoreDenied:
    return StoreDenied(
        f"The {store} did not allow keyrack to use this entry.",
        hint="Try again and allow it. If it remembers a refusal, change that in its settings.",
    )


def absent(sentence: str) -> StoreAbsent:
    return StoreAbsent(sentence, hint="Run keyrack vault init to create a sealed vault for your credentials.")
