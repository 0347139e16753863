"""The server that a program asks for, when it runs keyrack as its helper."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.domain.errors import Ambiguous, LoginNeeded, NoSuchServer, UsageError

if TYPE_CHECKING:
    from keyrack.domain.model import Server
    from keyrack.operations.ports import Adapters

# Claude Code sets them for the `headersHelper` of a server.
NAME = "CLAUDE_CODE_MCP_SERVER_NAME"
URL = "CLAUDE_CODE_MCP_SERVER_URL"


def url_asked_for() -> str:
    """The only server that may be answered for, or "" if any may."""
    return os.environ.get(URL, "")


def asked_for(adapters: Adapters, operand: str | None, account: str | None) -> Server:
    """The server that the argument names, or else the program that runs keyrack.

    Raises UsageError if there is neither, LoginNeeded if several are meant: a person must say which. Raises
    what `target` raises.
    """
    from keyrack.cli.context import target

    try:
        if operand is not None:
            return target(adapters, operand, account)
        url, name = url_asked_for(), os.environ.get(NAME)
        if url:
            try:
                return target(adapters, url, account, name)
            except NoSuchServer:  # the program may have another name for it
                return target(adapters, url, account)
        if name:
            return target(adapters, name, account)
    except Ambiguous as error:  # scripts already handle this exit code: a person must act
        raise LoginNeeded(str(error), hint=error.hint) from None
    raise UsageError("Which server? Give its name or URL.", hint="Run keyrack list to see the names.")
