"""`keyrack accounts`: list a server's accounts, and choose the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import JSON, Arguments, Option, Verb
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.text import plain
from keyrack.wording.glyphs import CHOSEN, NOT_CHOSEN
from keyrack.wording.times import good_for

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.tokens.accounts import Account


NO_CHOICE = "neither KEYRACK_ACCOUNT nor a folder chooses another"


class Options(Arguments):
    operand: str | None = None
    here: bool = False
    default: str | None = None
    json: bool = False


VERB = Verb(
    name="accounts",
    operand="[NAME|URL]",
    options=(
        Option(("--here",), "print the account that is used here, and why"),
        Option(("--default",), "make this account the default", "ACCOUNT"),
        JSON,
    ),
    takes=Options,
    text="""\
A server can have several credentials, one per account. To add one, log in again
with --account and a name of your choice. Other commands also take --account. Without
it, they use the account in KEYRACK_ACCOUNT; or else that of the innermost of the
[[folders]] in keyrack's own file that they run in; or else the server's default.
An account that is chosen in one of these ways has to have a credential: the
default's is not used in its place. The account of a server's own table in
keyrack's file always applies. The default is stored in keyrack's own file.

--here prints which account is used and why, for one server or for all.

If the server has told keyrack who an account belongs to, that is shown after its
name.""",
    examples=(
        ("Add a second account", "keyrack login linear --account work"),
        ("List the accounts", "keyrack accounts linear"),
        ("Make it the default", "keyrack accounts linear --default work"),
        ("See which account is used in this folder", "keyrack accounts linear --here"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import target

    if options.here:
        return _here(context, options)
    if options.operand is None:
        raise UsageError("Which server? Give its name or URL.", hint="Run keyrack list to see the names.")
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
    from keyrack.wording.states import in_words  # late: the manual needs none of them

    now = adapters.now()
    for account in accounts:
        credential = account.row.credential
        words = [plain(account.name, 60)]
        if account.label:
            words.append(plain(account.label, 80))
        words.append(in_words(account.row.status))
        if credential is not None and credential.refused_at is None:
            words.append(good_for(credential.expires_at, now))
        if account.is_used and not account.is_default:
            words.append("used here")
        context.out.line(f"{CHOSEN if account.is_default else NOT_CHOSEN} {' · '.join(words)}")
    return 0


def _here(context: Context, options: Options) -> int:
    """Print the account that is used here, and why."""
    from keyrack.operations.servers.account_here import HINT, account_of

    if options.default is not None:
        raise UsageError("--here and --default can't be used together.", hint="Choose one of them.")
    adapters = context.adapters()
    if options.operand is not None:
        from keyrack.cli.context import target

        account, why = account_of(adapters, target(adapters, options.operand))
    else:
        here = adapters.read().here
        if here is not None and here.refusal:
            raise KeyrackError(here.refusal, hint=HINT)
        account, why = (here.account, here.why) if here else ("", NO_CHOICE)
    if options.json:
        from json import dumps

        context.out.line(dumps({"account": account or None, "why": why}))
    else:
        context.out.line(f"{plain(account or 'each server’s default', 60)} ({plain(why, 300)})")
    return 0


def _facts(account: Account) -> dict[str, object]:
    return {
        "account": account.name,
        "label": account.label or None,
        "default": account.is_default,
        "here": account.is_used,
        "state": account.row.status.state.value,
    }
