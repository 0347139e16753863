"""`keyrack header`: print the headers that carry a credential, for a program's helper or for curl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.cli.values import header_format, seconds
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyrack.cli.context import Context
    from keyrack.domain.secret import Secret


YOUNG = 10.0  # seconds in which a new token is not tested for Claude Code, unless that is asked for


class Options(Arguments):
    operand: str | None = None
    format: str | None = None
    min_valid: float | None = None
    check_again: bool = False
    masked: bool = False
    account: str | None = None


VERB = Verb(
    name="header",
    operand="[NAME|URL]",
    options=(
        Option(("--format",), "how to print them (default: lines)", "lines|json|curl", read=header_format),
        Option(("--min-valid",), "refresh if less than this is left (default: 60)", "SECONDS", read=seconds),
        Option(("--check-again",), "test the token if the same program asks for it again"),
        Option(("--masked",), "hand out nothing: print the headers with their values masked"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Prints each header of the credential, such as "Authorization: Bearer …".
"--format json" prints one JSON object, as Claude Code expects from its
headersHelper and Codex from its http_headers_helper. "--format curl" prints a
configuration for curl.

Without an argument, the server is the one that Claude Code asks for in
CLAUDE_CODE_MCP_SERVER_NAME and CLAUDE_CODE_MCP_SERVER_URL. If the latter is
set, no other server's headers are printed (exit code 6).

It never opens a browser: if a login is needed, it exits with code 3. If a
refresh takes more than 5 seconds while the old token is valid, it prints the
old one, and the refresh continues in the background, unless --min-valid is
given.

A program that runs a helper does so again after the server has refused the token.
With --check-again, which keyrack connect writes, a token that the same process
has got before is tested on the server first, and refreshed if it is refused.

With --masked it does all it would do to print the headers, but no program gets
them: it does not ask, even with confirm = true, and the log has no event.""",
    examples=(
        (
            "Call a server with curl, without a token among its arguments",
            "keyrack header linear --format curl | curl -K - https://mcp.linear.app/mcp",
        ),
        ("In Claude Code's configuration", '"headersHelper": "keyrack header linear --format json"'),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.asking import asked_for, url_asked_for
    from keyrack.operations.handout.hand_out import hand_out, ready

    adapters = context.adapters()
    server = asked_for(adapters, options.operand, options.account)
    for_url = url_asked_for()
    show = _FORMATS[options.format or "lines"]
    if options.masked:
        from keyrack.domain.secret import MASK, Secret

        given = ready(adapters, server, min_valid=options.min_valid, for_url=for_url)
        context.out.value(show(dict.fromkeys(given.headers, Secret(MASK))))
        return 0
    again_after = 0.0 if options.check_again else YOUNG if for_url else None
    given = hand_out(
        adapters, server, "header", min_valid=options.min_valid, for_url=for_url, again_after=again_after
    )
    for note in given.notes:
        context.out.note(f"keyrack: {plain(note)}")
    context.out.value(show(given.headers))
    if server.publish:
        from keyrack.cli.publishing import after_answer

        after_answer(context, server)
    return 0


def _lines(headers: Mapping[str, Secret]) -> str:
    return "\n".join(f"{name}: {value.reveal()}" for name, value in headers.items())


def _json(headers: Mapping[str, Secret]) -> str:
    import json

    return json.dumps({name: value.reveal() for name, value in headers.items()})


def _curl(headers: Mapping[str, Secret]) -> str:
    return "\n".join(f"header = {_in_quotes(f'{name}: {value.reveal()}')}" for name, value in headers.items())


def _in_quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_FORMATS = {"lines": _lines, "json": _json, "curl": _curl}
