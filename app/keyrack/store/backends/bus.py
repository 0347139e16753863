"""Asks the Secret Service whether it answers at all."""

from __future__ import annotations

from jeepney import DBusAddress, Properties

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
