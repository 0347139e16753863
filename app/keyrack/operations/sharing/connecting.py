"""Connects a server's entry in another program's file, so that the program takes its token from keyrack."""

from __future__ import annotations

import time

from keyrack.domain.change import Backup, Edit
from keyrack.domain.connection import Connection, Method, Plan, Wanted
from keyrack.domain.errors import KeyrackError, StoreUnavailable, UsageError
from keyrack.domain.held import slug
from keyrack.domain.model import DEFAULT_ACCOUNT, Header, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.rewrite import split
from keyrack.domain.status import Action
from keyrack.operations.credential import credential_key
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers import change_files
from keyrack.operations.servers.adopt import variable_for
from keyrack.operations.servers.find import find
from keyrack.operations.sharing.connected import LOCKED, LOGIN_NEEDED, NO_SUCH_SERVER, tried
from keyrack.operations.sharing.held import meant, program_named
from keyrack.operations.sharing.publishing import Publishing, plan_publish, publish
from keyrack.wording.commands import command_for, command_line

ELSEWHERE = "Add the server to keyrack's own file, so that keyrack finds it in every folder."


class Connecting(NamedTuple):
    """What is to be changed: an entry, or the program's store where keyrack publishes."""

    server: Server
    program: str  # display name
    method: Method
    plan: Plan | None = None  # None: it is published
    variable: str = ""  # that the entry names
    publishing: Publishing | None = None
    login_needed: bool = False  # keyrack has no token for the server yet

    @property
    def diff(self) -> tuple[str, ...]:
        if self.plan is not None:
            return self.plan.diff
        return self.publishing.change.diff if self.publishing is not None else ()

    @property
    def is_connected(self) -> bool:
        """The entry is already as it is to be."""
        return self.plan is not None and not self.plan.diff


class Connected(NamedTuple):
    receipt: Receipt
    connection: Connection | None = None


def program_to_connect(adapters: Adapters, typed: str) -> str:
    """The display name of the program that is meant by "claude-code" or "Claude Code". Raises UsageError."""
    names = dict.fromkeys((*adapters.entries().programs(), *_publishable(adapters)))
    for name in names:
        if typed.lower() in (slug(name), name.lower()):
            return name
    raise UsageError(f"keyrack knows no program called “{typed}”.", hint=meant(typed, tuple(names)))


def methods_of(adapters: Adapters, program: str) -> tuple[Method, ...]:
    """How the program can take its token, the best first."""
    published = (Method.PUBLISH,) if program in _publishable(adapters) else ()
    return (*adapters.entries().methods(program), *published)


def plan_connect(
    adapters: Adapters,
    server: Server,
    program: str,
    *,
    method: Method | None = None,
    account: str | None = None,
    in_project: bool = False,
    name: str = "",
    path: str = "",
) -> Connecting:
    """Find out what would be changed; changes nothing.

    `account`: as the user typed it. `path`: of the entry, if the program has several. Raises KeyrackError if
    the entry can't be connected, StoreUnavailable if keyrack could not open its store where it is run.
    """
    has = methods_of(adapters, program)
    method = method or (has[0] if has else Method.PUBLISH)
    if method is Method.PUBLISH:
        publishing = plan_publish(adapters, server, program_named(adapters, program))
        return Connecting(server, program, method, publishing=publishing)
    if server.address_key is not None:
        raise KeyrackError(f"The key of {server.name} is in its address, which keyrack does not hand out.")
    credential_key(server)
    variable = variable_for(server, adapters.read().servers, "TOKEN") if method is Method.VARIABLE else ""
    word = _word(adapters, server)
    wanted = Wanted(
        server,
        program,
        word,
        _account(adapters, server, word, account),
        method,
        in_project,
        name,
        variable,
        path,
    )
    plan = adapters.entries().plan(wanted)
    losing = _literal(server, plan.connection)
    _refuse_losing(adapters, server, losing)
    plan = plan._replace(removes=tuple(header.name for header in losing))
    ran = tried(adapters, plan.connection) if method is not Method.VARIABLE else None
    if ran is not None and ran.code == LOCKED:
        raise StoreUnavailable(
            f"{program} could not get a token from keyrack: {ran.why}",
            hint=adapters.credentials().state().hint or _unlocked(program, has),
        )
    if ran is not None and ran.code == NO_SUCH_SERVER:
        raise KeyrackError(f"{program} could not get a token from keyrack: {ran.why}", hint=ELSEWHERE)
    needed = ran is not None and ran.code == LOGIN_NEEDED
    return Connecting(server, program, method, plan, variable, login_needed=needed)


def connect(adapters: Adapters, connecting: Connecting) -> Connected:
    """Make the change. Raises KeyrackError, and then nothing has changed, or what was written is undone."""
    if connecting.publishing is not None:
        publish(adapters, connecting.publishing)
        return Connected(Receipt((Line(f"Publish to {connecting.program}", "done"),)))
    plan, server = connecting.plan, connecting.server
    assert plan is not None
    connection = plan.connection
    what = f"Connected {server.name} in {connection.program}"
    backup = Backup(adapters.now(), what, connection.program, server.name, server.url or "", ())
    backup = _made(adapters, connecting, plan, backup)
    time.sleep(change_files.SETTLE)
    if backup.id and not adapters.entries().has(connection):
        raise KeyrackError(
            f"{connection.program} has written {connection.path} at the same time, and the change is lost.",
            hint=f"Quit {connection.program}, and run the command again.",
        )
    connection = connection._replace(backup=backup.id)
    if backup.id:
        _take_back_if_another(adapters, server, connection, backup)
        try:
            adapters.connections().save(connection)
        except KeyrackError:
            _take_back(adapters, backup)
            raise
    told = connection.path if backup.id else "it was connected already"
    return Connected(
        Receipt((Line(f"Connect {server.name} in {connection.program}", "done", told),)), connection
    )


def shell_line(connecting: Connecting) -> str:
    """What fills the variable when the program starts: it is empty for the command itself, or keyrack would
    print its old value."""
    assert connecting.plan is not None
    import shlex

    name, command = connecting.variable, shlex.join(connecting.plan.connection.words)
    return f'export {name}="$({name}= {command})"'


def _made(adapters: Adapters, connecting: Connecting, plan: Plan, backup: Backup) -> Backup:
    """The backup as it was saved; without an ID if nothing had to be changed."""
    backups = adapters.backups()

    def keep(edits: tuple[Edit, ...]) -> None:
        nonlocal backup
        backup = backups.save(backup._replace(edits=edits))

    try:
        adapters.entries().make(plan, connecting.variable, keep)
    except KeyrackError:
        if backup.id:
            backups.delete(backup)
        raise
    return backup


def _take_back_if_another(adapters: Adapters, server: Server, connection: Connection, backup: Backup) -> None:
    """The entry without its own header may be another server's now, whose token it must not get."""
    word = _operand(connection)
    try:
        found = find(adapters, word, connection.account or None)
        if found.key == server.key or (not connection.account and found.url == server.url and not found.tag):
            return
        why = f"{word} would be another server then: {found.display_name}."
    except KeyrackError as error:
        why = str(error)
    _take_back(adapters, backup)
    raise KeyrackError(
        f"{server.name} can't be connected in {connection.program}. {why}", hint="It was undone."
    )


def _take_back(adapters: Adapters, backup: Backup) -> None:
    """The backup stays if the file can't be restored now."""
    if all(ok for _, _, ok in adapters.other_programs().revert(backup)):
        adapters.backups().delete(backup)


def _operand(connection: Connection) -> str:
    """The server's name on keyrack's command line."""
    words = list(connection.words)
    return words[-1] if "--" in words else words[words.index(_VERBS[connection.method]) + 1]


_VERBS = {Method.HELPER: "header", Method.BRIDGE: "bridge", Method.VARIABLE: "token"}


def _word(adapters: Adapters, server: Server) -> str:
    """The first of its names by which keyrack finds it."""
    for word in dict.fromkeys((server.name, *server.aliases, *server.entries, server.url or "")):
        try:
            if find(adapters, word, server.account).key == server.key:
                return word
        except KeyrackError:
            continue
    raise KeyrackError(f"{server.name} has no name by which keyrack could find it later.")


def _account(adapters: Adapters, server: Server, word: str, typed: str | None) -> str:
    """The account to write into the command; "" if the program gets the one that is meant without it."""
    if typed is not None or server.account_named or server.account != DEFAULT_ACCOUNT:
        return server.account if _other(adapters, word, server) or typed is not None else ""
    return ""


def _other(adapters: Adapters, word: str, server: Server) -> bool:
    try:
        return find(adapters, word).account != server.account
    except KeyrackError:
        return True


def _publishable(adapters: Adapters) -> tuple[str, ...]:
    return tuple(each.name for each in adapters.other_programs().programs() if each.is_readable)


def _literal(server: Server, connection: Connection) -> tuple[Header, ...]:
    """The entry's headers with a secret in plain text, which the change removes."""
    return tuple(
        header
        for header in server.plaintext_headers
        if header.source is not None
        and (header.source.path, header.source.scope, header.source.name)
        == (connection.path, connection.scope, connection.name)
    )


def _refuse_losing(adapters: Adapters, server: Server, headers: tuple[Header, ...]) -> None:
    """A secret leaves a file only if keyrack has it."""
    if not headers:
        return
    stored = adapters.credentials().load(credential_key(server))
    for header in headers:
        if stored is not None and stored.tokens.access_token == split(header.value)[1]:
            continue
        movable = not header.not_movable_because
        first = command_line("adopt", server) if movable else command_for(Action.TOKEN, server)
        raise KeyrackError(
            f"The entry's {header.name} header contains a token that keyrack does not have, and connecting"
            " would remove it.",
            hint=f"Store it first: {first}",
        )


def _unlocked(program: str, has: tuple[Method, ...]) -> str:
    others = [method.value for method in has if method in (Method.PUBLISH, Method.VARIABLE)]
    instead = f", or use --by {others[0]}" if others else ""
    return f"Use a keychain, or a vault that opens with an identity file{instead}."
