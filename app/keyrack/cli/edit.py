"""`keyrack edit`: change a server of keyrack's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.server_options import NO_CHECK, OPTIONS, ServerOptions
from keyrack.cli.spec import Option, Verb
from keyrack.cli.values import setting_key
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(ServerOptions):
    operand: str
    url: str | None = None
    name: str | None = None
    unset: tuple[str, ...] = ()


VERB = Verb(
    name="edit",
    operand="NAME",
    options=(
        Option(("--url",), "the server's new URL", "URL"),
        Option(("--name",), "the server's new name", "NAME"),
        *OPTIONS,
        Option(
            ("--unset",), "delete a setting, such as scopes or headers.X-Team; can be repeated", "SETTING",
            repeat=True, read=setting_key,
        ),
        NO_CHECK,
    ),
    takes=Options,
    text="""\
Changes a server of keyrack's own file. Comments and the order of the file stay.
A server of another program is changed in that program's file: press o in
keyrack's screen to open it.

The server is asked first, as by keyrack add. If it can't be used like this,
nothing is saved; --no-check saves it without asking.

A renamed server keeps its credentials. Credentials are for one URL, so with
another URL the server needs a new login, and keyrack tells how to delete the old
one.""",
    examples=(
        ("Rename a server", "keyrack edit linear --name work-linear"),
        ("Correct its URL", "keyrack edit linear --url https://mcp.linear.app/mcp"),
        ("Request other scopes", 'keyrack edit github --scope "repo read:user"'),
        ("Stop sending a header", "keyrack edit wiki --unset headers.X-Team"),
        ("Ask before each hand-out", "keyrack edit payments --set confirm=true"),
    ),
)  # fmt: skip


def run(context: Context, options: Options) -> int:
    from keyrack.cli.server_options import asked, tell_affected, tell_next, with_options, without
    from keyrack.domain.server_settings import url_key
    from keyrack.operations.servers import own_entries

    adapters = context.adapters()
    was = own_entries.entry_named(adapters, options.operand)
    table = dict(was.table)
    for key in options.unset:
        table = without(table, key)
    table = with_options(table, options)
    if options.url is not None:
        table[url_key(table)] = own_entries.typed_url(options.url)
    name = options.name if options.name is not None else was.name
    if (name, table) == (was.name, was.table):
        raise UsageError(f"That changes nothing of {was.name}.", hint="Run keyrack edit --help for usage.")
    server = own_entries.understood(adapters, name, table, was)
    asks = not options.no_check and own_entries.must_be_asked(was, table)
    found = asked(context, server, "changed") if asks else None
    affected = own_entries.change(adapters, was, name, table)
    own_entries.note_check(adapters, name, found.check if found else None)
    path = adapters.own_servers().path
    said = f" {plain(found.sentence)}" if found else ""
    now = f"; it is called {plain(name, 120)} now" if name != was.name else ""
    context.out.note(f"{DONE} Changed {plain(was.name, 120)} in {plain(path)}{now}.{said}")
    is_new = was.table.get(url_key(was.table)) != table.get(url_key(table))
    tell_affected(context, affected, name)
    tell_next(context, server, found if is_new else None)
    return 0
