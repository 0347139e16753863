"""Where a program's entry for a server is, or where a new one goes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from keyrack.domain.connection import Wanted
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import slug
from keyrack.domain.model import Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources import programs
from keyrack.sources.connect import Connect
from keyrack.sources.locations import Candidate, Search
from keyrack.wording.commands import quoted

INLINE = "MCP_SERVERS_CONFIG"


class Spot(NamedTuple):
    """An entry, or the place of one."""

    path: str
    scope: str
    name: str
    outer: tuple[str, ...]  # the keys around the table of servers
    is_project: bool  # in a file that may be shared with others
    is_new: bool


def spot_of(search: Search, how: Connect, wanted: Wanted) -> Spot:
    """Raises KeyrackError."""
    own = _files(search, wanted.program)
    projects = {each.path for each in own if not each.trusted}
    sources = [each for each in wanted.server.sources if each.client == wanted.program]
    fit = [each for each in sources if (each.path in projects) == wanted.in_project]
    fit = [each for each in fit if each.path == wanted.path] or fit
    if fit and not (wanted.name and wanted.name != fit[0].name):
        return _of(fit[0], is_project=fit[0].path in projects)
    if sources and not fit and not wanted.in_project:
        raise KeyrackError(
            f"{wanted.program} has {wanted.server.name} in a project's file only, {sources[0].path}.",
            hint="Add --project to change that file, which may be shared with others.",
        )
    name = wanted.name or _plain_name(wanted)
    _refuse_name(how, wanted, name)
    found = [each for each in own if each.trusted is not wanted.in_project and each.has_servers]
    if not found:
        where = "a project's file" if wanted.in_project else "a file of its own that keyrack knows"
        raise KeyrackError(
            f"{wanted.program} has no entry for {wanted.server.name}, and not {where} for one.",
            hint="" if wanted.in_project else "Give the file that has one with --config FILE.",
        )
    place = _best(found, how)
    return Spot(place.path, place.scope, name, (), wanted.in_project, True)


def has_own_file(search: Search, program: str) -> bool:
    """Otherwise its files are those that the user names, and keyrack has to be told."""
    return bool(_files(search, program))


def _of(source: Source, *, is_project: bool) -> Spot:
    """An entry of one project in the user's own file is under that project's folder."""
    is_local = source.scope.startswith("project ") and not is_project
    outer = ("projects", source.scope.removeprefix("project ")) if is_local else ()
    return Spot(source.path, source.scope, source.name, outer, is_project, False)


def _files(search: Search, name: str) -> list[Candidate]:
    program = programs.named(name)
    return program.candidates(search) if program is not None else []


def _best(found: Sequence[Candidate], how: Connect) -> Candidate:
    """The first that exists, or whose folder does; otherwise the one that the program creates itself."""
    there = [each for each in found if os.path.exists(each.path)]
    if not there and not how.file:
        there = [each for each in found if os.path.isdir(os.path.dirname(each.path))]
    if there:
        return there[0]
    return next((each for each in found if how.file and each.path.endswith(how.file)), found[0])


def _plain_name(wanted: Wanted) -> str:
    """Its name in a file: "linear (Cursor)" is only one in keyrack's list."""
    server = wanted.server
    return server.entries[0] if server.entries else server.name


def _refuse_name(how: Connect, wanted: Wanted, name: str) -> None:
    if name and not (how.names and not re.fullmatch(how.names, name)):
        return
    shorter = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "server"
    command = f"keyrack connect {quoted(wanted.word)} --to {slug(wanted.program)} --as {shorter}"
    raise KeyrackError(
        f"{wanted.program} takes only letters, digits, - and _ in a server's name, and “{name}” has others.",
        hint=f"Choose a name for it there: {command}",
    )
