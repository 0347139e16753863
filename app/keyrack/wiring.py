"""Builds the real adapters and joins them. Nothing else does."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from keyrack.domain.secret import Secret
from keyrack.operations.ports import (
    Adapters,
    Callback,
    CredentialStore,
    Entries,
    HttpClient,
    OtherPrograms,
    OwnServers,
    Rewriting,
    Services,
    Streams,
    Watching,
)
from keyrack.stores import MachineStores

if TYPE_CHECKING:
    from keyrack.domain.held import Item
    from keyrack.domain.model import Server, TlsFiles
    from keyrack.domain.reading import Problem, Reading
    from keyrack.sources.tokens.asked import AskedItems
    from keyrack.store.program_items import ProgramItems
    from keyrack.system.running import Ran


def adapters(
    *,
    env: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    cwd: str | None = None,
    config_files: tuple[str, ...] = (),
    credentials: CredentialStore | None = None,
    browse: Callable[[str], bool] | None = None,
    now: Callable[[], float] = time.time,
    ask: Callable[[], Secret | None] | None = None,
) -> Adapters:
    """The adapters for this machine.

    `credentials` (instead of the keychain), `browse` and `now` are for the demo and for tests; `ask` asks
    the user for the vault's passphrase. Nothing is opened or imported until it is used, so `keyrack list`
    does not load a keychain.
    """
    env = os.environ if env is None else env
    stores = MachineStores(credentials, env, platform, now, ask)

    def read() -> Reading:
        from keyrack.sources.reader import read_all
        from keyrack.system.paths import current_folder

        return read_all(env, platform, cwd or current_folder(), config_files)

    def own_servers() -> OwnServers:
        from keyrack.config.server_tables import ServerTables
        from keyrack.system.paths import config_file

        return ServerTables(config_file(env, platform))

    def as_read(name: str, table: Mapping[str, Any]) -> tuple[Server, tuple[Problem, ...]]:
        from keyrack.sources import own_entry

        return own_entry.as_read(name, table, env, platform)

    def set_account(url: str, account: str) -> None:
        from keyrack.config import servers
        from keyrack.system.paths import config_file

        servers.set_account(config_file(env, platform), url, account)

    def set_publish(key: str, programs: str) -> None:
        from keyrack.config import servers
        from keyrack.system.paths import config_file

        servers.set_publish(config_file(env, platform), key, programs)

    def own_file() -> str:
        from keyrack.system.paths import config_file

        return config_file(env, platform)

    def services() -> Services:
        from keyrack.services.known import KnownServices
        from keyrack.system.paths import config_dir

        return KnownServices(os.path.join(config_dir(env, platform), "cards"))

    def other_programs() -> OtherPrograms:
        from keyrack.sources.locations import Search
        from keyrack.sources.tokens.held import TokenFiles
        from keyrack.system.paths import current_folder

        return TokenFiles(
            Search(env, platform, cwd or current_folder()),
            find,
            asked=asked_items() if platform in ("darwin", "win32") else None,
            now=now,
            keychain=keychain,
        )

    def entries() -> Entries:
        from keyrack.sources.connecting.connector import EntryFiles
        from keyrack.sources.locations import Search
        from keyrack.system.paths import current_folder

        return EntryFiles(Search(env, platform, cwd or current_folder()), now)

    def find(service: str, accounts: Iterable[str]) -> Sequence[Item]:
        return keychain().find(service, accounts)

    @cache
    def asked_items() -> AskedItems:
        from keyrack.sources.tokens.asked import AskedItems

        return AskedItems(find)

    @cache  # one connection for all programs
    def keychain() -> ProgramItems:
        from keyrack.store.program_items import ProgramItems

        return ProgramItems()

    def refresh_apart(server: Server, min_valid: float, seconds: float) -> bool:
        from keyrack.store.records.naming import record_id
        from keyrack.system.apart import keyrack_command, run_apart

        files = [word for file in config_files for word in ("--config", file)]
        account = ["--account", server.account, "--min-valid", str(min_valid)]
        words = [*files, "refresh", *account, "--", server.name]
        assert server.key is not None
        return run_apart(keyrack_command(words), stores.locks(), f"{record_id(server.key)}.refresh", seconds)

    @cache  # one for the process: it can stop the hooks that run
    def watching() -> Watching:
        from keyrack.watching import MachineWatching

        files = [word for file in config_files for word in ("--config", os.path.abspath(file))]
        return MachineWatching(env, platform, stores.locks(), files)

    return Adapters(
        read=read,
        credentials=stores.current,
        http_client=_http_client,
        streams=_streams,
        listen=_listen,
        browse=browse or _browse,
        now=now,
        keep_in_memory=stores.keep_in_memory,
        services=services,
        rewriting=_rewriting,
        own_servers=own_servers,
        as_read=as_read,
        set_account=set_account,
        set_publish=set_publish,
        config_file=own_file,
        store_locked=stores.is_locked,
        stores=lambda: stores,
        other_programs=other_programs,
        backups=stores.backups,
        entries=entries,
        connections=stores.connections,
        run=_run,
        on_wait=stores.on_wait,
        refresh_apart=None if ask else refresh_apart,
        events=stores.events,
        caller=_caller,
        asked_before=stores.asked_before,
        consent=stores.consent,
        watching=watching,
    )


def _rewriting() -> Rewriting:
    from keyrack.sources.rewriting import rewrite

    return rewrite


def _run(argv: Sequence[str], env: Mapping[str, str], seconds: float, folder: str) -> Ran:
    from keyrack.system.running import run

    return run(argv, env, seconds, cwd=folder or None)


def _http_client(files: TlsFiles | None = None, issuers: tuple[str, ...] = ()) -> HttpClient:
    from keyrack.net.http_client import HttpxClient

    return HttpxClient() if files is None else HttpxClient(files=files, issuers=issuers)


def _streams(server_url: str, files: TlsFiles) -> Streams:
    from keyrack.net.streams import HttpxStreams

    return HttpxStreams(server_url, files)


def _listen(*args: Any) -> Callback:
    from keyrack.net.callback import listen

    return listen(*args)


def _caller() -> str:
    from keyrack.system.caller import caller

    return caller()


def _browse(url: str) -> bool:
    from keyrack.net.browser import open_browser

    return open_browser(url)
