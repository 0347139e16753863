"""`keyrack watch`: refresh what is due, and tell what needs doing, until it is ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.exits import INTERRUPTED, OK
from keyrack.cli.output import is_terminal
from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.ports import Adapters
    from keyrack.operations.watch.watcher import Watcher
    from keyrack.system.wakeups import Wakeups


class Options(Arguments):
    install: bool = False


VERB = Verb(
    name="watch",
    operand="",
    options=(Option(("--install",), "write a systemd user unit or a launchd agent that runs it"),),
    takes=Options,
    text="""\
Runs in the foreground until it is ended. It refreshes each credential before it
expires (5 minutes, or a fifth of its lifetime), publishes the new token where
keyrack publish says so, and tells what needs doing: on stderr, as a desktop
notification, and through hooks. Each event is told once, also after a restart.
Servers that never had a login are not events.

Hooks are commands in the table [hooks] of keyrack's own config.toml:
on_expiring (a credential ends soon and does not renew itself), on_login_needed
(it has ended or was refused) and on_refreshed (by whichever keyrack). Each is a
list of arguments, and no shell is involved. Its input is empty, its output is
discarded, it starts in the home folder, and it is killed after 10 seconds. The
facts are in KEYRACK_EVENT, KEYRACK_SERVER, KEYRACK_URL, KEYRACK_ACCOUNT,
KEYRACK_STATE, KEYRACK_REASON, KEYRACK_EXPIRES_AT (UTC) and KEYRACK_NEXT (a
command); never a secret. A refresh by a hook does not run it again. A failing
hook is reported and stops nothing. If other users can change config.toml, no
hook is run. "notifications = false" there turns the desktop notifications off.

While the keychain is locked it waits, and does not ask for a password. After a
network failure it tries again, less and less often, up to every 15 minutes. It
notices changed files within 15 seconds. SIGHUP makes it read them now, and try
again what failed. SIGTERM and ctrl+c end it; a refresh in progress is finished
first. Only one can run for each data folder.

--install only writes the file, and prints the commands that start and stop it.""",
    examples=(
        ("Run it in a terminal", "keyrack watch"),
        ("Run it whenever you are logged in to this machine", "keyrack watch --install"),
    ),
)


def run(context: Context, options: Options) -> int:
    adapters = context.adapters()
    if options.install:
        path, (start, stop) = adapters.watching().install()
        context.out.line(f"Wrote {plain(path, 4096)}.")
        context.out.line(f"  Start it: {plain(start, 4096)}")
        context.out.line(f"  Stop it:  {plain(stop, 4096)}")
        return OK
    import gc

    from keyrack.cli.context import open_store

    gc.enable()  # it runs for weeks
    with adapters.watching().alone():
        open_store(adapters)
        return _watch(context, adapters)


def _watch(context: Context, adapters: Adapters) -> int:
    import signal

    from keyrack.operations.watch.watcher import Watcher
    from keyrack.system.wakeups import Wakeups

    # Without a terminal, nobody but its user is there to send SIGHUP.
    name = "" if is_terminal(sys.stdin) else "SIGHUP"
    reload = frozenset({int(getattr(signal, name))} if hasattr(signal, name) else ())
    with Wakeups(("SIGTERM", "SIGINT", "SIGHUP")) as wakeups:
        watcher = Watcher(adapters, lambda sentence: context.out.note(f"keyrack: {plain(sentence, 2000)}"))
        while True:
            came = _turn(watcher, wakeups, reload)
            if ends := came - reload:
                watcher.stop()
                return INTERRUPTED if ends == frozenset((int(signal.SIGINT),)) else OK
            if came:
                watcher.forget()


def _turn(watcher: Watcher, wakeups: Wakeups, reload: frozenset[int]) -> frozenset[int]:
    """One turn, in a thread of its own, and the time until the next one. Returns the signals that came.

    Those in `reload` end the wait, but not the turn: two turns at once would do everything twice.
    """
    from keyrack.system.threads import InThread

    thread = InThread(watcher.turn, "turn", on_end=wakeups.wake)
    thread.start()
    held: frozenset[int] = frozenset()
    while not thread.is_done:
        came = wakeups.wait(None)
        if came - reload:
            return came
        held |= came
    return held or wakeups.wait(thread.result())
