"""The only place where real adapters are built and joined."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from keyrack.operations.parts import Callback, Parts, Rack, Wire

if TYPE_CHECKING:
    from keyrack.domain.reading import Reading


def parts(
    *,
    env: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    cwd: str | None = None,
    config_files: tuple[str, ...] = (),
    rack: Rack | None = None,
    browse: Callable[[str], bool] | None = None,
    now: Callable[[], float] = time.time,
) -> Parts:
    """The adapters for this machine. `rack`, `browse` and `now` are for the demo and for tests.

    Nothing is opened or imported that is not used: `keyrack list` pays for no keychain.
    """
    env = os.environ if env is None else env
    racks = _Racks(rack, env, platform, now)

    def read() -> Reading:
        from keyrack.clients.reader import read_all

        return read_all(env, platform, cwd or os.getcwd(), config_files)

    def add_server(name: str, url: str) -> str:
        from keyrack.clients import keyrack_own
        from keyrack.clients.paths import config_file

        path = config_file(env, platform)
        keyrack_own.add_server(path, name, url)
        return path

    def set_account(url: str, account: str) -> None:
        from keyrack.clients import keyrack_own
        from keyrack.clients.paths import config_file

        keyrack_own.set_account(config_file(env, platform), url, account)

    return Parts(
        read=read,
        rack=racks.current,
        wire=_wire,
        listen=_listen,
        browse=browse or _browse,
        now=now,
        keep_in_memory=racks.keep_in_memory,
        add_server=add_server,
        set_account=set_account,
    )


class _Racks:
    """The rack in use: the keychain's, or memory's once the user has agreed to it."""

    def __init__(
        self, rack: Rack | None, env: Mapping[str, str], platform: str, now: Callable[[], float]
    ) -> None:
        self._rack, self._env, self._platform, self._now = rack, env, platform, now

    def current(self) -> Rack:
        if self._rack is None:
            from keyrack.clients.paths import data_dir
            from keyrack.store.rack import keychain_rack

            self._rack = keychain_rack(data_dir(self._env, self._platform), self._now)
        return self._rack

    def keep_in_memory(self) -> None:
        from keyrack.clients.paths import data_dir
        from keyrack.store.rack import memory_rack

        self._rack = memory_rack(self._now, data_dir(self._env, self._platform))


def _wire() -> Wire:
    from keyrack.net.wire import HttpWire

    return HttpWire()


def _listen(*args: Any) -> Callback:
    from keyrack.net.callback import listen

    return listen(*args)


def _browse(url: str) -> bool:
    from keyrack.net.browser import open_browser

    return open_browser(url)
