"""Connects entries of other programs' files, and takes that back (`operations.ports.Entries`)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyrack.domain.change import Edit
from keyrack.domain.connection import Connection, Method, Plan, Wanted
from keyrack.domain.errors import FileChanged, KeyrackError
from keyrack.domain.held import Place
from keyrack.domain.model import Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.sources import programs
from keyrack.sources.connect import Connect
from keyrack.sources.connecting import editing, entry, own_command, showing, surroundings, trust
from keyrack.sources.connecting.places import Spot, has_own_file, spot_of
from keyrack.sources.locations import Search
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.shortened import Shortened, shortened
from keyrack.sources.sharing import locks, reverting
from keyrack.system import files, writing

TRIES = 20  # a program may write at the same moment
PAUSE = 0.005  # seconds between two of them
ORDER = (Method.HELPER, Method.BRIDGE, Method.VARIABLE)


class _File(NamedTuple):
    text: str | None  # None: there is no file
    short: Shortened  # to what concerns one entry


class _Change(NamedTuple):
    old: str | None  # None: there is no file
    new: editing.Changed
    shown: tuple[str, str]  # both, shortened


class EntryFiles:
    """Over the files of the programs on this machine."""

    def __init__(self, search: Search, now: Callable[[], float] = time.time) -> None:
        self._search, self._now = search, now

    def programs(self) -> tuple[str, ...]:
        """The display names of the programs whose entries keyrack can connect."""
        known = (programs.MCP_USE, *programs.PROGRAMS)
        return tuple(each.name for each in known if connect_of(each.name) is not None)

    def methods(self, program: str) -> tuple[Method, ...]:
        """The methods that the program has, the best first; without `PUBLISH`."""
        how = connect_of(program)
        if how is None:
            return ()
        has = {Method.HELPER: bool(how.helper), Method.BRIDGE: True, Method.VARIABLE: how.has_variable}
        return tuple(method for method in ORDER if has[method])

    def plan(self, wanted: Wanted) -> Plan:
        """What would be changed. Raises KeyrackError if the entry can't be connected."""
        how = self._how(wanted.program)
        method = wanted.method or self.methods(wanted.program)[0]
        if method not in self.methods(wanted.program):
            raise KeyrackError(_has_no(wanted.program, method))
        spot = spot_of(self._search, how, wanted)
        connection = self._connection(wanted, how, method, spot)
        file = _file(how, spot)
        old = _entry(how, spot, file)
        if spot.is_new and old is not None:
            raise KeyrackError(
                f"{wanted.program} has another server called {spot.name} in {spot.path}.",
                hint="Choose another name for the new entry with --as NAME.",
            )
        if method is Method.BRIDGE and old is not None:
            self._refuse_headers(how, wanted, old)
        fields = entry.connected(how, connection, old, wanted.variable)
        change = _changed(how, spot, file, fields)
        return Plan(
            connection,
            self._diff(how, connection, change, fields, old),
            notes=self._notes(how, connection, spot),
        )

    def make(self, plan: Plan, variable: str, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Make the change on what is in the file now, under the program's own lock. `keep` gets the edit just
        before; if it raises, nothing is changed. Raises KeyrackError, and then nothing has changed."""
        connection = plan.connection
        how, spot = self._how(connection.program), _spot(connection)

        def change() -> _Change:
            file = _file(how, spot)
            old = _entry(how, spot, file)
            if (old is None) is not connection.is_new:
                raise KeyrackError(f"{connection.path} has changed in the meantime.", hint="Try again.")
            fields = entry.connected(how, connection, old, variable)
            return _changed(how, spot, file, fields)

        if not self._added_by_itself(connection, change, keep):
            self._write(connection, change, keep)

    def plan_removal(self, connection: Connection) -> Plan:
        """The entry without what keyrack wrote, if there is no backup. Raises KeyrackError."""
        how, spot = self._how(connection.program), _spot(connection)
        change, fields, old = self._removal(how, spot, connection)
        return Plan(connection, self._diff(how, connection, change, fields, old))

    def remove(self, connection: Connection, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Delete an entry that keyrack added; from another one take what keyrack wrote."""
        how, spot = self._how(connection.program), _spot(connection)
        self._write(connection, lambda: self._removal(how, spot, connection)[0], keep)

    def shown(self, edit: Edit, connection: Connection) -> tuple[str, ...]:
        """The diff of an edit's reversal. Raises KeyrackError if nothing of it is left."""
        how, spot = self._how(connection.program), _spot(connection)
        file = _file(how, spot)
        back = reverting.reverted(edit, None if file.text is None else Secret(file.text))
        old = _entry(how, spot, file)
        fields = entry.remote(how, connection, old)
        after = "" if back is None else _shortened(back.reveal(), how, spot).text
        change = _Change(file.text, editing.Changed(""), (file.short.text, after))
        return self._diff(how, connection, change, fields, old)

    def has(self, connection: Connection) -> bool:
        """Is the entry as keyrack wrote it?"""
        try:
            how, spot = self._how(connection.program), _spot(connection)
            now = _entry(how, spot, _file(how, spot))
        except KeyrackError:
            return False
        if now is None or connection.method is Method.VARIABLE:
            return now is not None
        wanted = entry.connected(how, connection, now, "").sets
        return all(now.get(name) == value for name, value in wanted.items())

    def folder(self, connection: Connection) -> str:
        """In which folder the program runs keyrack; "" if that is the user's own."""
        if not self._how(connection.program).elsewhere:
            return ""
        own = os.path.dirname(connection.path)
        return own if os.path.isdir(own) else self._search.at_home()

    def distrusted(self, connection: Connection) -> str:
        """Why the program does not run the command yet; "" if it does."""
        return trust.distrusted(self._search, connection)

    def environment(self, connection: Connection) -> dict[str, str]:
        """In which keyrack runs there, as far as is known."""
        how = self._how(connection.program)
        return surroundings.given(
            self._search.env,
            how,
            helper=connection.method is Method.HELPER,
            more=dict(connection.env),
            passed=connection.passed,
        )

    def connection_of(self, source: Source, word: str, url: str) -> Connection:
        """For a connected entry of which there is no record."""
        method = Method(source.connected) if source.connected else Method.HELPER
        return Connection(
            source.client, source.path, source.scope, source.name, method, ("keyrack",), (), (), word, url,
            "", False, self._now(),
        )  # fmt: skip

    def _how(self, program: str) -> Connect:
        how = connect_of(program)
        if how is None:
            raise KeyrackError(
                f"keyrack can't write the entries of {program}.",
                hint="Run keyrack clients to see what it can do there.",
            )
        return how

    def _connection(self, wanted: Wanted, how: Connect, method: Method, spot: Spot) -> Connection:
        search, is_helper = self._search, method is Method.HELPER
        env: dict[str, str] = {}
        passed: tuple[str, ...] = ()
        if method is not Method.VARIABLE:
            env = surroundings.needed(search.env, search.platform, how, helper=is_helper)
            if how.passes and not is_helper:
                hidden = (name for name in surroundings.SECRETS if search.env.get(name))
                passed, env = (*env, *hidden), {}
        if spot.is_project and env:
            raise KeyrackError(
                f"{wanted.program} does not give {', '.join(env)} to keyrack, and a project's file must not"
                " contain a path of this machine.",
                hint="Connect it in your own file, without --project.",
            )
        verb = {Method.HELPER: ("header",), Method.BRIDGE: ("bridge",), Method.VARIABLE: ("token",)}[method]
        options = ("--format", "json") if is_helper else ()
        again = ("--check-again",) if is_helper else ()
        name = wanted.account or (wanted.server.account if how.elsewhere else "")
        account = (f"--account={name}",) if name.startswith("-") else ("--account", name) if name else ()
        file = () if has_own_file(search, wanted.program) else ("--config", spot.path)
        if wanted.word.startswith("-"):
            rest = (*options, *account, *file, *again, "--", wanted.word)
        else:
            rest = (wanted.word, *options, *account, *file, *again)
        program = surroundings.own_program(search.env, how, in_project=spot.is_project)
        if method is Method.VARIABLE:
            program = ("keyrack",)
        return Connection(
            wanted.program, spot.path, spot.scope, spot.name, method, (*program, *verb, *rest),
            tuple(env.items()), passed, wanted.server.name, wanted.server.url or "", name, spot.is_new,
            self._now(),
        )  # fmt: skip

    def _refuse_headers(self, how: Connect, wanted: Wanted, old: Mapping[str, Any]) -> None:
        others = entry.other_headers(how, old)
        if others:
            raise KeyrackError(
                f"{wanted.program} also sends {', '.join(others)} to {wanted.server.name}, which a bridge"
                " does not.",
                hint=_instead(wanted, self.methods(wanted.program)),
            )

    def _removal(self, how: Connect, spot: Spot, connection: Connection) -> tuple[_Change, entry.Fields, Any]:
        file = _file(how, spot)
        old = _entry(how, spot, file)
        if file.text is None or old is None:
            raise KeyrackError(f"{connection.program} has no entry called {spot.name} any more.")
        fields = entry.remote(how, connection, old)
        if not connection.is_new:
            return _changed(how, spot, file, fields), fields, old
        new = editing.without_entry(file.short.text, how, spot.outer, spot.name, spot.path)
        return _with_all(file, new, spot), fields, old

    def _diff(
        self, how: Connect, connection: Connection, change: _Change, fields: entry.Fields, old: Any
    ) -> tuple[str, ...]:
        line = " ".join(entry.words_of(connection))
        words = {*connection.words, *dict(connection.env).values(), *connection.passed, connection.url, line}
        before = set(showing.strings_of(old))
        new = (each for each in showing.strings_of(fields.sets) if each not in before)
        words |= {each for each in new if "$" in each or "{" in each}  # a reference, in the program's syntax
        words |= set(showing.strings_of((how.process, how.remote)))
        words |= {value for name, value in fields.sets.items() if name in (how.helper, how.variable)}
        return showing.shown(connection.path, how.syntax, *change.shown, (fields.sets, old), words)

    def _notes(self, how: Connect, connection: Connection, spot: Spot) -> tuple[str, ...]:
        notes: list[str] = []
        bus = dict(connection.env).get("DBUS_SESSION_BUS_ADDRESS")
        if bus is not None:
            notes.append("The address of the session bus changes with each session: connect it again then.")
        if spot.is_project and spot.path.endswith(".mcp.json") and connection.method is Method.HELPER:
            notes.append(
                f"{connection.program} runs the command only after you have trusted the project there."
            )
        return tuple(notes)

    def _added_by_itself(
        self,
        connection: Connection,
        change: Callable[[], _Change],
        keep: Callable[[tuple[Edit, ...]], object],
    ) -> bool:
        """Has the program's own command added the entry? If not, the file is as before."""
        if not own_command.can_add(self._search, connection):
            return False
        old, new, _ = change()
        fields = entry.connected(self._how(connection.program), connection, None, "").sets
        keep((_edit_of(connection, old, new),))
        if not own_command.added(self._search, connection, fields) or not self.has(connection):
            return False
        now = _text(connection.path)
        if now is not None:
            keep((_edit_of(connection, old, new._replace(text=now)),))
        return True

    def _write(
        self,
        connection: Connection,
        change: Callable[[], _Change],
        keep: Callable[[tuple[Edit, ...]], object],
    ) -> None:
        place = Place(connection.path)
        with locks.locked(self._search, connection.program, place, ()):
            for tries_left in reversed(range(TRIES)):
                old, new, _ = change()
                if old == new.text:
                    return
                keep((_edit_of(connection, old, new),))
                try:
                    if old is None:
                        writing.create(connection.path, new.text.encode())
                    else:
                        _refuse_foreign(connection.path)
                        writing.replace(connection.path, old.encode(), new.text.encode())
                    return
                except FileChanged:
                    if not tries_left:
                        raise
                    time.sleep(PAUSE)


def _edit_of(connection: Connection, old: str | None, new: editing.Changed) -> Edit:
    place = Place(connection.path)
    return Edit(place, None if old is None else Secret(old), Secret(new.text), new.steps if old else ())


def connect_of(program: str) -> Connect | None:
    """How the program's entries are connected; None if keyrack can't write them."""
    found = programs.named(program)
    return getattr(programs.reader(found.module), "CONNECT", None) if found is not None else None


def _spot(connection: Connection) -> Spot:
    scope = connection.scope
    is_local = scope.startswith("project ") and connection.path.endswith(".claude.json")
    outer = ("projects", scope.removeprefix("project ")) if is_local else ()
    is_project = scope.startswith("project ") and not is_local
    return Spot(connection.path, scope, connection.name, outer, is_project, connection.is_new)


def _file(how: Connect, spot: Spot) -> _File:
    """Raises KeyrackError if it can't be read."""
    text = _text(spot.path)
    return _File(text, _shortened(text or "", how, spot))


def _shortened(text: str, how: Connect, spot: Spot) -> Shortened:
    return shortened(text, (*spot.outer, how.root, spot.name)) if how.syntax == "json" else Shortened(text)


def _entry(how: Connect, spot: Spot, file: _File) -> Mapping[str, Any] | None:
    text = file.short.text
    if not text.strip("\ufeff \t\r\n"):
        return None
    try:
        return editing.entry_in(text, how, spot.outer, spot.name)
    except files.Malformed as error:
        raise KeyrackError(f"{spot.path} can't be changed: {error}", hint="Correct the file first.") from None


def _changed(how: Connect, spot: Spot, file: _File, fields: entry.Fields) -> _Change:
    new = editing.with_fields(file.short.text, how, spot.outer, spot.name, fields, spot.path)
    return _with_all(file, new, spot)


def _with_all(file: _File, new: editing.Changed, spot: Spot) -> _Change:
    """The change with what was cut from the text."""
    try:
        whole = file.short.whole(new.text)
    except NoSuchMember:
        raise editing.unsafe(spot.path) from None
    return _Change(file.text, new._replace(text=whole), (file.short.text, new.text))


def _text(path: str) -> str | None:
    try:
        return files.read_bytes(path, files.MAX_GROWN).decode()
    except files.NoFile:
        return None
    except files.BadFile as error:
        raise KeyrackError(f"{path} can't be changed: {error}") from None
    except UnicodeDecodeError:
        raise KeyrackError(f"{path} can't be changed: it is not UTF-8 text.") from None


def _refuse_foreign(path: str) -> None:
    """A link may lead to a file of another user that this one may write."""
    if os.name == "posix" and os.stat(path).st_uid != os.geteuid():
        raise KeyrackError(f"{path} belongs to another user, so keyrack does not change it.")


def _has_no(program: str, method: Method) -> str:
    what = {
        Method.HELPER: "runs no command to get headers",
        Method.VARIABLE: "fills in no variables in headers",
    }
    return f"{program} {what.get(method, 'can’t be connected that way')}."


def _instead(wanted: Wanted, methods: Sequence[Method]) -> str:
    if Method.VARIABLE in methods:
        return "Use --by variable, or --by publish."
    return "Use --by publish."
