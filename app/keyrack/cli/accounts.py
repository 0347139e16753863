"""`keyrack accounts`: list a server's accounts, and choose the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import JSON, Arguments, Option, Verb
from keyrack.domain.text import plain
from keyrack.wording.glyphs import CHOSEN, NOT_CHOSEN
from keyrack.wording.times import good_for

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.tokens.accounts import Account


class Options(Arguments):
    operand: str
    default: str | None = None
    json: bool = False


VERB = Verb(
    name="accounts",
    operand="NAME|URL",
    options=(
        Option(("--default",), "make this account the default", "ACCOUNT"),
        JSON,
    ),
    takes=Options,
    text="""\
A server can have several credentials, one per account. To add one, log in again
with --account and a name of your choice. Other commands also take --account, and
use the default account without it. The default is stored in keyrack's own file.
If the server has told keyrack who an account belongs to, that is shown after its
name.""",
    examples=(
        ("Add a second account", "keyrack login linear --account work"),
        ("List the accounts", "keyrack accounts linear"),
        ("Make it the default", "keyrack accounts linear --default work"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import target
    from keyrack.operations.tokens.accounts import accounts_of, make_default

    adapters = context.adapters()
    server = target(adapters, options.operand)
    if options.default is not None:
        make_default(adapters, server, options.default)
    accounts = accounts_of(adapters, server)
    if options.json:
        from json import dumps

        context.out.line(dumps([_facts(account) for account in accounts]))
        return 0
    from keyrack.wording.states import STATES  # late: the manual needs none of them

    now = adapters.now()
    for account in accounts:
        credential = account.row.credential
        words = [plain(account.name, 60)]
        if account.label:
            words.append(plain(account.label, 80))
        words.append(STATES[account.row.status.state].word)
        if credential is not None and credential.refused_at is None:
            words.append(good_for(credential.expires_at, now))
        context.out.line(f"{CHOSEN if account.is_default else NOT_CHOSEN} {' · '.join(words)}")
    return 0


def _facts(account: Account) -> dict[str, object]:
    return {
        "account": account.name,
        "label": account.label or None,
        "default": account.is_default,
        "state": account.row.status.state.value,
    }
