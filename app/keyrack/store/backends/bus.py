"""Asks the Secret Service whether it answers at all, and whether it is locked."""

from __future__ import annotations

from jeepney import DBusAddress, Message, MessageFlag, Properties, new_method_call

from keyrack.system.bus import Bus

SECRETS = DBusAddress("/org/freedesktop/secrets", "org.freedesktop.secrets", "org.freedesktop.Secret.Service")


def secret_service_answers(timeout: float) -> bool:
    """Does it answer a call that needs no user, even if only with an error?"""
    try:
        bus = Bus(timeout)
    except Exception:
        return False
    try:
        bus.reply(Properties(SECRETS).get("Collections"), timeout)
    except Exception:
        return False
    finally:
        bus.close()
    return True


def secret_service_is_locked(timeout: float) -> bool:
    """Is its default collection locked? False if it does not run, or does not answer.

    A fifth of the time that the keychain's backend needs, most of it for imports. It starts no service, and
    nobody is asked for a password.
    """
    from keyrack.system.session_bus import set_address

    set_address()
    try:
        bus = Bus(timeout)
    except Exception:
        return False
    try:
        (path,) = bus.ask(_quiet(new_method_call(SECRETS, "ReadAlias", "s", ("default",))), timeout)
        collection = DBusAddress(path, SECRETS.bus_name, "org.freedesktop.Secret.Collection")
        ((_, is_locked),) = bus.ask(_quiet(Properties(collection).get("Locked")), timeout)
    except Exception:
        return False
    finally:
        bus.close()
    return is_locked is True


def _quiet(call: Message) -> Message:
    call.header.flags |= MessageFlag.no_auto_start
    return call
