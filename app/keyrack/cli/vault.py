"""`keyrack vault`: the sealed vault, for machines without a keychain."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import Option, Verb
from keyrack.cli.values import store
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

    from keyrack.cli.context import Context

HINT = "keyrack vault --help tells how it is used."

VERB = Verb(
    name="vault",
    summary="the sealed vault, for machines without a keychain",
    operand="[WORD] [RECIPIENT]",
    options=(
        Option(("--identity",), "init: an identity file of age's, in place of a passphrase", "FILE"),
        Option(("--recipient",), "init: who can open it too; may be repeated", "age1…", repeat=True),
        Option(("--to",), "move: to vault or keychain, otherwise to the other one", "STORE", read=store),
    ),
    text="""\
One file, sealed in the age format, holds every credential: on a server, in a
container, over ssh. A passphrase opens it, or an identity file that age-keygen
made. It is typed once per command; in the terminal UI the vault stays open for 15
minutes after its last use (vault_lock_minutes in config.toml).

The words: init makes a vault and uses it from now on. status, or no word, tells
how it is. passphrase changes the passphrase. recipients shows who can open it;
add-recipient and remove-recipient change that. move carries every credential to
the other store, reads each back, and deletes it where it was.

A second machine needs an identity of its own (age-keygen -o key.txt). Add its
recipient here, put a copy of vault.age into keyrack's data folder there, and type
there: keyrack vault init --identity key.txt. Copies do not follow each other.

Where nobody can type, KEYRACK_VAULT_PASSPHRASE, KEYRACK_VAULT_IDENTITY_FILE or
KEYRACK_VAULT_IDENTITY opens it. So does vault_identity = "FILE" in config.toml.

Who is removed may have kept a copy of what was in the vault until then: log in
anew where that matters. The stock tool opens the vault too, in keyrack's data
folder: age -d -i identity.age vault.age""",
    examples=(
        ("A vault with a passphrase", "keyrack vault init"),
        ("One that a machine opens alone", "keyrack vault init --identity /etc/keyrack/key.txt"),
        ("Let a second machine open it", "keyrack vault add-recipient age1…"),
        ("Carry everything over", "keyrack vault move --to vault"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    word = args.operand or "status"
    work = WORDS.get(word)
    if work is None:
        raise UsageError(f"keyrack vault takes one of: {', '.join(WORDS)}.", hint=HINT)
    for name, given, words in (
        ("--identity", args.identity, ("init",)),
        ("--recipient", args.recipient, ("init",)),
        ("--to", args.to, ("move",)),
        ("A recipient", args.second, ("add-recipient", "remove-recipient")),
    ):
        if given and word not in words:
            raise UsageError(f"{name} belongs to keyrack vault {' or '.join(words)}.", hint=HINT)
        if not given and word in words and name == "A recipient":
            raise UsageError(f"keyrack vault {word} needs {name.lower()}.", hint=HINT)
    return work(context, args)


def _init(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.terminal import new_passphrase
    from keyrack.operations.vault import create, wants_new_passphrase

    parts, say = context.parts(), context.out.note
    identity = os.path.abspath(os.path.expanduser(args.identity)) if args.identity else ""
    passphrase = new_passphrase() if wants_new_passphrase(parts, identity) else None
    made = create(parts, passphrase, identity_file=identity, recipients=args.recipient)
    done = "The vault was there already, and it opens" if made.found else "Made the vault"
    say(f"✓ {done}: {plain(made.path)}")
    if not made.found and made.identity_path:
        say(f"  Its key, which the passphrase opens: {plain(made.identity_path)}. Keep a copy of both files.")
    if made.recovered:
        count = "1 credential" if made.recovered == 1 else f"{made.recovered} credentials"
        say(f"  {count} in it had no record here until now: keyrack list.")
    if made.waiting:
        count = "1 credential is" if made.waiting == 1 else f"{made.waiting} credentials are"
        say(f"  It is not used yet, for {count} in the keychain. keyrack vault move --to vault brings them.")
    return OK


def _status(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.vault import status

    out, found = context.out, status(context.parts())
    out.line(f"Vault    {plain(found.path)}{'' if found.exists else ' (not there)'}")
    if not found.exists:
        out.line("         keyrack vault init makes one.")
        return OK
    out.line(f"Key      {plain(found.key_path) or 'KEYRACK_VAULT_IDENTITY'}")
    out.line(f"State    {'locked' if found.state.locked else 'open' if found.state.ready else 'not usable'}")
    if found.state.reason and not found.state.locked:
        out.line(f"         {plain(found.state.reason)}")
    out.line(f"In use   {'yes' if found.chosen else 'no: keyrack vault init uses it'}")
    return OK


def _passphrase(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.terminal import new_passphrase
    from keyrack.operations.vault import change_passphrase

    parts = context.parts()
    parts.stores().vault().unlock()  # asks for the present one
    change_passphrase(parts, new_passphrase())
    context.out.note("✓ The passphrase is changed.")
    context.out.note("  A copy of the old identity.age still opens with the old one.")
    return OK


def _recipients(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.vault import recipients_of

    for recipient in recipients_of(context.parts()):
        context.out.line(f"{recipient.key}{'  this machine' if recipient.is_here else ''}")
    return OK


def _add_recipient(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.vault import add_recipient

    add_recipient(context.parts(), args.second)
    context.out.note("✓ The vault is sealed to that recipient too. It opens a copy of the file as it is now.")
    return OK


def _remove_recipient(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.vault import remove_recipient

    remove_recipient(context.parts(), args.second)
    context.out.note("✓ From now on the vault is not sealed to that recipient.")
    context.out.note("  What was in it until now may have been copied: log in anew where that matters.")
    return OK


def _move(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.receipt import line_of
    from keyrack.operations.move import move

    parts = context.parts()
    to = args.to or ("keychain" if parts.stores().chosen() == "vault" else "vault")
    receipt = move(parts, to, on_line=lambda line: context.out.line(line_of(line)))
    return OK if receipt.ok else ERROR


WORDS: dict[str, Callable[[Context, SimpleNamespace], int]] = {
    "init": _init,
    "status": _status,
    "passphrase": _passphrase,
    "recipients": _recipients,
    "add-recipient": _add_recipient,
    "remove-recipient": _remove_recipient,
    "move": _move,
}
