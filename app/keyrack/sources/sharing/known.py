"""The programs that hold tokens, as far as keyrack knows."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import Program
from keyrack.sources.locations import Search
from keyrack.sources.sharing.creating import CREATED
from keyrack.sources.tokens import HOLDERS, Holder


def programs(search: Search) -> tuple[Program, ...]:
    """Each one once, with where its tokens are looked for on this platform."""
    return tuple(_program(search, holder) for holder in HOLDERS)


def _program(search: Search, holder: Holder) -> Program:
    try:
        paths = tuple(holder.files(search))
    except KeyrackError:  # no home folder
        paths = ()
    return Program(
        holder.name,
        paths,
        holder.service if getattr(holder, "only_on", "") in ("", search.platform) else "",
        holder.logout,
        holder.login,
        bool(holder.module),
        holder.name in CREATED,
    )
