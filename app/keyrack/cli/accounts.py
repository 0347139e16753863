"""`keyrack accounts`: the accounts of a server, and which one is meant where none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import JSON, Option, Verb
from keyrack.domain.text import plain
from keyrack.domain.timetext import good_for

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.operations.accounts import Account

VERB = Verb(
    name="accounts",
    summary="show the accounts of a server, and choose the default",
    operand="NAME|URL",
    options=(
        Option(("--default",), "from now on this account is meant where none is named", "ACCOUNT"),
        JSON,
    ),
    text="""\
A server can have several credentials, one for each account: log in again with
--account and a name that you choose. Every verb that takes a server takes
--account; without it the default is meant, which stands in keyrack's own file.
Behind the name stands who that is at the server, where it has said so.""",
    examples=(
        ("A second account", "keyrack login linear --account work"),
        ("Which are there?", "keyrack accounts linear"),
        ("Make it the one that is meant", "keyrack accounts linear --default work"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.operations.accounts import accounts_of, make_default

    parts = context.parts()
    args.account = None
    server = target(parts, args)
    if args.default is not None:
        make_default(parts, server, args.default)
    accounts = accounts_of(parts, server)
    if args.json:
        from json import dumps

        context.out.line(dumps([_facts(account) for account in accounts]))
        return 0
    now = parts.now()
    for account in accounts:
        credential = account.row.credential
        words = [plain(account.name, 60)]
        if account.label:
            words.append(plain(account.label, 80))
        words.append(account.row.status.state.value.replace("-", " "))
        if credential is not None and credential.refused_at is None:
            words.append(good_for(credential.expires_at, now))
        context.out.line(f"{'●' if account.is_default else '○'} {' · '.join(words)}")
    return 0


def _facts(account: Account) -> dict[str, object]:
    return {
        "account": account.name,
        "label": account.label or None,
        "default": account.is_default,
        "state": account.row.status.state.value,
    }
