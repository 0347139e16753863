"""Reads every program's configuration. A broken file or a bug in a reader does not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyrack.domain.account import VARIABLE
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, Server, Source
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.resource import canonical_url
from keyrack.sources import programs
from keyrack.sources.edit import Edit, NotMovable
from keyrack.sources.locations import Candidate, Search, claude
from keyrack.sources.programs import Program
from keyrack.system import files, paths

NOTHING: frozenset[str] = frozenset()
INLINE = "MCP_SERVERS_CONFIG"  # `mcp`: the configuration itself, in a variable


class _AllFiles:
    """One pass over all files."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.servers: list[Server] = []
        self.projects: list[Server] = []  # from the current project's own files
        self.problems: list[Problem] = []
        self.places: list[Place] = []
        self.seen: set[tuple[str, str]] = set()  # the files of each program

    def program(self, program: Program) -> None:
        """Read a program's files. What is switched off may stand in another file than the server."""
        name, module, _ = program
        starts = len(self.servers), len(self.projects)
        said = [self.file(name, module, candidate) for candidate in self.candidates(program)]
        if (len(self.servers), len(self.projects)) == starts:
            return
        is_off = getattr(programs.reader(module), "is_off", None)
        if is_off is not None:
            for servers, start in zip((self.servers, self.projects), starts, strict=True):
                servers[start:] = [_switched(server, is_off, said) for server in servers[start:]]

    def file(self, client: str, module: str, candidate: Candidate, *, asked_for: bool = False) -> Any:
        """Read a file, and return what its reader returns, or None.

        `asked_for`: a missing file is a problem.
        """
        if (client, candidate.path) in self.seen:
            return None  # named twice
        self.seen.add((client, candidate.path))
        try:
            content = (
                files.read_large(candidate.path) if candidate.is_large else files.read_text(candidate.path)
            )
        except files.NoFile:
            if candidate.has_servers:
                self.places.append(Place(client, candidate.path, "no file"))
            if asked_for:
                self.problems.append(Problem(client, candidate.path, "There is no such file."))
            return None
        except files.BadFile as error:
            self._broken(client, candidate.path, str(error), error.line)
            return None
        return self.text(client, module, candidate, content)

    def claude_code(self, client: str, candidates: Sequence[Candidate]) -> None:
        """Read Claude Code's files, then those of its plugins."""
        start, cwd = len(self.servers), self.search.cwd
        said = [self.file(client, "claude_code", candidate) or {} for candidate in candidates]
        if len(self.servers) > start:
            from keyrack.sources.programs.claude_code import by_precedence

            self.servers[start:] = by_precedence(self.servers[start:], cwd)
        try:
            index, settings = claude.claude_plugins(self.search)
        except KeyrackError:
            return  # already reported for its other files
        installed = self.file(client, "claude_plugins", index)
        if not (installed or self.projects or any(said)):
            return
        from keyrack.sources.programs import claude_plugins, claude_settings, claude_switches

        of_user = self.file(client, "claude_settings", settings)
        of_user = of_user or claude_settings.ClaudeSettings()
        for plugin, is_on in claude_plugins.sorted_by_use(installed or (), of_user.plugins):
            self.plugin(client, claude_plugins.candidates(plugin, self.search), is_on)
        off = of_user.switches
        for each in said:
            off |= each.get(cwd, claude_switches.NONE)
        for candidate in claude.claude_project_settings(self.search) if self.projects else ():
            of_project = self.file(client, "claude_settings", candidate)
            off |= of_project.switches if of_project else claude_switches.NONE
        self.servers[start:] = claude_switches.switched_off(self.servers[start:], off, cwd)
        self.projects = claude_switches.switched_off(self.projects, off, cwd)

    def plugin(self, client: str, candidates: Sequence[Candidate], is_on: bool) -> None:
        start = len(self.servers)
        for candidate in candidates:
            self.file(client, "claude_plugin", candidate)
        named: dict[str, Server] = {}
        for server in self.servers[start:]:
            if not is_on:  # the user has not enabled it, so it is not trusted, like a project's file
                server = server._replace(headers=(), client=ClientSettings(), helper=None)
            sources = tuple(source._replace(disabled=not is_on) for source in server.sources)
            named.setdefault(server.name, server._replace(sources=sources))
        self.servers[start:] = named.values()

    def named(self, path: str, base: str) -> None:
        """Read an mcp-use file that the user named, relative to `base`."""
        name, module, _ = programs.MCP_USE

        def files_of(search: Search) -> list[Candidate]:
            return [Candidate(paths.expand(search.env, search.platform, path, base))]

        for candidate in self.candidates(programs.MCP_USE._replace(files=files_of)):
            self.file(name, module, candidate, asked_for=True)

    def text(self, client: str, module: str, candidate: Candidate, content: str | bytes) -> Any:
        """Pass a text to the program's reader, and return its result. Large files are passed as bytes."""
        if not content or content.isspace():
            if candidate.has_servers:
                self.places.append(Place(client, candidate.path, "empty"))
            return None
        from keyrack.sources.parsing.collector import Collector
        from keyrack.system.files import Malformed

        env = {**self.search.env, **candidate.env} if candidate.env else self.search.env
        collector = Collector(
            client,
            candidate.path,
            env,
            scope=candidate.scope,
            trusted=candidate.trusted,
            platform=self.search.platform,
        )
        result, fault, line = None, "", None
        try:
            reader = programs.reader(module)
            collector.style = reader.STYLE
            fixed = _not_changed_because(candidate)
            collector.not_movable_because = fixed or _because(reader.EDIT)
            collector.not_movable_for_all = fixed or ("" if _has_root(reader.EDIT) else _because(reader.EDIT))
            result = reader.read(content, collector)
        except (Malformed, files.BadFile) as error:
            fault, line = str(error), error.line
        except Exception as error:  # our bug; its message may quote the file, so only its class is shown
            fault = f"keyrack failed to read it ({type(error).__name__}); this is a bug in keyrack."
        into = self.servers if candidate.trusted else self.projects
        into += collector.servers
        self.problems += collector.problems
        if fault:
            self._broken(client, candidate.path, fault, line)
        elif candidate.has_servers:
            self.places.append(Place(client, candidate.path, _count(len(collector.servers))))
        return result

    def candidates(self, program: Program) -> list[Candidate]:
        try:
            return program.candidates(self.search)
        except KeyrackError as error:
            self._broken(program.name, "", str(error), None)
            return []

    def _broken(self, client: str, path: str, sentence: str, line: int | None) -> None:
        self.problems.append(Problem(client, path, sentence, line))
        self.places.append(Place(client, path, "broken"))


def read_all(env: paths.Env, platform: str, cwd: str, extra_files: Sequence[str] = ()) -> Reading:
    """Every server of every program, merged. `extra_files`: mcp-use files named on the command line.

    Never raises for the content of a file: it becomes a Problem.
    """
    folders: list[str] = []
    search = Search(env, platform, cwd, folders)
    found = _AllFiles(search)
    listed, accounts, publish, table, confirm = (), {}, {}, None, NOTHING
    for candidate in found.candidates(programs.OWN):
        own = found.file(programs.OWN.name, programs.OWN.module, candidate)
        if own:
            listed, accounts, publish, table, confirm = own
    for path in extra_files:
        found.named(path, cwd)
    for path in listed:
        found.named(path, paths.config_dir(env, platform))
    for program in programs.PROGRAMS:
        if program is programs.MCP and env.get(INLINE):
            # Bytes in the environment that are not valid text become lone surrogates.
            text = env[INLINE].encode("utf-8", "replace").decode()
            found.text(program.name, program.module, Candidate(INLINE), text)
        elif program is programs.CLAUDE_CODE:
            found.claude_code(program.name, found.candidates(program))
        else:
            found.program(program)
    from keyrack.sources.merge import merged

    _lead_to_servers(found.servers)
    _lead_to_servers(found.projects, found.servers)
    servers = merged(found.servers, found.projects, accounts) if found.servers or found.projects else ()
    seen = (*(path for _, path in found.seen), *folders)
    if publish:
        servers = tuple(_published(server, publish) for server in servers)
    # Most of the programs are not on this machine: the files that exist come first.
    places = sorted(found.places, key=lambda place: place.found == "no file")
    here = None
    if table or env.get(VARIABLE):
        from keyrack.sources.folders import account_here

        here = account_here(env, cwd, table)
    return Reading(servers, tuple(found.problems), tuple(places), accounts, seen, confirm, here)


def _lead_to_servers(servers: list[Server], more: Sequence[Server] = ()) -> None:
    """Give keyrack's own bridges that name a server without its address the address of that server."""
    for at, server in enumerate(servers):
        if server.bridge_to:
            meant = (each for each in (*servers, *more) if each.url and each.name == server.bridge_to)
            found = next(meant, None)
            if found is not None:
                servers[at] = Server(server.name, found.url, sources=server.sources)


def _switched(server: Server, is_off: Callable[[Source, Sequence[Any]], bool], said: Sequence[Any]) -> Server:
    sources = tuple(
        source._replace(disabled=True) if is_off(source, said) else source for source in server.sources
    )
    return server if sources == server.sources else server._replace(sources=sources)


def _not_changed_because(candidate: Candidate) -> str:
    """Why keyrack does not change the file, whatever it contains; "" if it may."""
    if candidate.path == INLINE:
        return f"It is in the variable {INLINE}, which is set outside of keyrack."
    if not candidate.trusted:
        return "It is a project's file, which may be shared with others, so keyrack does not change it."
    return ""


def _because(edit: Edit) -> str:
    return edit.because if isinstance(edit, NotMovable) else ""


def _has_root(edit: Edit) -> bool:
    return not isinstance(edit, NotMovable) or bool(edit.root)


def _count(number: int) -> str:
    return {0: "no servers", 1: "1 server"}.get(number, f"{number} servers")


def _published(server: Server, publish: Mapping[str, str]) -> Server:
    """The server with the programs that get its fresh tokens."""
    if server.url is None or server.problem:
        return server
    url = canonical_url(server.url)
    words = publish.get(f"{url} {server.tag}" if server.tag else url, "")
    return server._replace(publish=tuple(words.split()))
