"""`keyrack vault`: manage the sealed vault, for machines without a keychain."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.cli.values import store
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyrack.cli.context import Context
    from keyrack.domain.storage import StoreKind

HINT = "Run keyrack vault --help for usage."


class Options(Arguments):
    operand: str | None = None
    second: str | None = None
    identity: str | None = None
    recipient: tuple[str, ...] = ()
    to: StoreKind | None = None


VERB = Verb(
    name="vault",
    operand="[ACTION] [RECIPIENT]",
    options=(
        Option(("--identity",), "init: use an age identity file instead of a passphrase", "FILE"),
        Option(
            ("--recipient",),
            "init: let this recipient open the vault too; can be repeated",
            "age1…",
            repeat=True,
        ),
        Option(("--to",), "move: where to (default: the one not in use)", "vault|keychain", read=store),
    ),
    takes=Options,
    actions=(
        ("status", "show whether there is a vault, and whether it is open (the default)"),
        ("init", "create a vault, and start using it"),
        ("passphrase", "change the passphrase"),
        ("recipients", "list who can open the vault"),
        ("add-recipient", "let another recipient open the vault"),
        ("remove-recipient", "stop letting a recipient open the vault"),
        ("move", "copy every credential to the other store, read it back, and delete the original"),
    ),
    text="""\
The vault is one encrypted file in the age format that holds every credential. Use
it where there is no keychain: on a server, in a container, over ssh. It opens
with a passphrase, or with an identity file made by age-keygen. Each command asks
for the passphrase; the terminal UI locks the vault after 15 minutes without use
(vault_lock_minutes in config.toml).

To open the vault on a second machine, create an identity there (age-keygen -o
key.txt), add its recipient here, copy vault.age into keyrack's data folder there,
and run there: keyrack vault init --identity key.txt. The copies are not kept in
sync.

For unattended use, set KEYRACK_VAULT_PASSPHRASE, KEYRACK_VAULT_IDENTITY_FILE or
KEYRACK_VAULT_IDENTITY, or vault_identity = "FILE" in config.toml.

A removed recipient may have kept a copy of the vault, so log in again where that
matters. You can also open the vault with age itself, in keyrack's data folder:
age -d -i identity.age vault.age""",
    examples=(
        ("Create a vault with a passphrase", "keyrack vault init"),
        ("Create one that opens without a prompt", "keyrack vault init --identity /etc/keyrack/key.txt"),
        ("Let a second machine open it", "keyrack vault add-recipient age1…"),
        ("Move all credentials to the vault", "keyrack vault move --to vault"),
    ),
)


def run(context: Context, options: Options) -> int:
    word = options.operand or "status"
    work = WORDS.get(word)
    if work is None:
        raise UsageError(f"keyrack vault takes one of these actions: {', '.join(WORDS)}.", hint=HINT)
    for name, given, words in (
        ("--identity", options.identity, ("init",)),
        ("--recipient", options.recipient, ("init",)),
        ("--to", options.to, ("move",)),
        ("A recipient", options.second, ("add-recipient", "remove-recipient")),
    ):
        if given and word not in words:
            raise UsageError(f"{name} can only be used with keyrack vault {' or '.join(words)}.", hint=HINT)
        if not given and word in words and name == "A recipient":
            raise UsageError(f"keyrack vault {word} needs {name.lower()}.", hint=HINT)
    return work(context, options)


def _init(context: Context, options: Options) -> int:
    from keyrack.cli.terminal import new_passphrase
    from keyrack.operations.storage.vault import create, wants_new_passphrase

    adapters, say = context.adapters(), context.out.note
    identity = os.path.abspath(os.path.expanduser(options.identity)) if options.identity else ""
    passphrase = new_passphrase() if wants_new_passphrase(adapters, identity) else None
    made = create(adapters, passphrase, identity_file=identity, recipients=options.recipient)
    done = "The vault already exists, and it opens" if made.found else "Created the vault"
    say(f"{DONE} {done}: {plain(made.path)}")
    if not made.found and made.identity_path:
        say(f"  Its key, protected by the passphrase: {plain(made.identity_path)}. Back up both files.")
    if made.recovered:
        count = "1 credential" if made.recovered == 1 else f"{made.recovered} credentials"
        say(f"  {count} in it had no record here before. Run keyrack list to see them all.")
    if made.waiting:
        count = "1 credential is" if made.waiting == 1 else f"{made.waiting} credentials are"
        say(f"  It is not in use yet, because {count} in the keychain. Run keyrack vault move --to vault.")
    return OK


def _status(context: Context, options: Options) -> int:
    from keyrack.operations.storage.vault import status

    out, found = context.out, status(context.adapters())
    out.line(f"Vault    {plain(found.path)}{'' if found.exists else ' (does not exist)'}")
    if not found.exists:
        out.line("         Run keyrack vault init to create one.")
        return OK
    out.line(f"Key      {plain(found.key_path) or 'KEYRACK_VAULT_IDENTITY'}")
    out.line(f"State    {'locked' if found.state.locked else 'open' if found.state.ready else 'not usable'}")
    if found.state.reason and not found.state.locked:
        out.line(f"         {plain(found.state.reason)}")
    out.line(f"In use   {'yes' if found.chosen else 'no (run keyrack vault init to use it)'}")
    return OK


def _passphrase(context: Context, options: Options) -> int:
    from keyrack.cli.terminal import new_passphrase
    from keyrack.operations.storage.vault import change_passphrase

    adapters = context.adapters()
    adapters.stores().vault().unlock()  # asks for the current one
    change_passphrase(adapters, new_passphrase())
    context.out.note(f"{DONE} Changed the passphrase.")
    context.out.note("  A copy of the old identity.age still opens with the old passphrase.")
    return OK


def _recipients(context: Context, options: Options) -> int:
    from keyrack.operations.storage.vault import recipients_of

    for recipient in recipients_of(context.adapters()):
        context.out.line(f"{recipient.key}{'  this machine' if recipient.is_here else ''}")
    return OK


def _add_recipient(context: Context, options: Options) -> int:
    from keyrack.operations.storage.vault import add_recipient

    add_recipient(context.adapters(), str(options.second))
    context.out.note(f"{DONE} Added the recipient. It can open copies of the vault made from now on.")
    return OK


def _remove_recipient(context: Context, options: Options) -> int:
    from keyrack.operations.storage.vault import remove_recipient

    remove_recipient(context.adapters(), str(options.second))
    context.out.note(f"{DONE} Removed the recipient.")
    context.out.note("  It may have kept a copy of the vault, so log in again where that matters.")
    return OK


def _move(context: Context, options: Options) -> int:
    from keyrack.cli.receipt import line_of
    from keyrack.operations.storage.move import move

    adapters = context.adapters()
    to = options.to or ("keychain" if adapters.stores().chosen() == "vault" else "vault")
    receipt = move(adapters, to, on_line=lambda line: context.out.line(line_of(line)))
    return OK if receipt.ok else ERROR


WORDS: dict[str, Callable[[Context, Options], int]] = {
    "init": _init,
    "status": _status,
    "passphrase": _passphrase,
    "recipients": _recipients,
    "add-recipient": _add_recipient,
    "remove-recipient": _remove_recipient,
    "move": _move,
}
