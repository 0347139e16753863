"""`keyrack set` for a local server: change the secrets that keyrack gives it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.output import is_terminal
from keyrack.cli.terminal import read_document, read_secret
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.model import Server


def run(context: Context, server: Server, secret: str | None) -> int:
    from keyrack.cli.context import open_store
    from keyrack.domain.status import Action
    from keyrack.operations.tokens.secrets import save_secrets
    from keyrack.wording.commands import command_for

    if not server.secrets:
        raise KeyrackError(
            f"The secrets of {server.name} are in its entry, not in keyrack.",
            hint=f"To move them, run: {command_for(Action.ADOPT, server)}",
        )
    adapters = context.adapters()
    record = adapters.credentials().record(server.key) if server.key else None
    known = record.credential.secrets if record is not None and record.credential is not None else ()
    names = (secret,) if secret else known
    if not names:
        raise UsageError("Which secret?", hint="Give its name with --secret NAME.")
    open_store(adapters)
    values = _read(names)
    saved = save_secrets(adapters, server, server.secrets, values)
    name, store = plain(server.display_name, 120), plain(saved.store, 60)
    told = f"{DONE} {plain(', '.join(values), 300)} of {name}: in {store}."
    context.out.note(f"{told} Restart the server to use it.")
    return 0


def _read(names: tuple[str, ...]) -> dict[str, Secret]:
    """The values: from prompts, or from a pipe with one value or lines NAME=VALUE."""
    if is_terminal(sys.stdin):
        typed = {name: read_secret(f"{plain(name, 60)} (not shown, empty to keep): ") for name in names}
        values = {name: Secret(value.reveal().strip()) for name, value in typed.items()}
        return _some({name: value for name, value in values.items() if value})
    text = read_document("").reveal().strip("\r\n")
    if len(names) == 1 and not text.startswith(f"{names[0]}="):
        return _some({names[0]: Secret(text)} if text else {})
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if not all(equals and name in names for name, equals, _ in pairs):
        hint = f"Names: {', '.join(names)}. To add another one, use --secret."
        raise KeyrackError("Standard input must contain a line NAME=VALUE for each secret.", hint=hint)
    return _some({name: Secret(value) for name, _, value in pairs})


def _some(values: dict[str, Secret]) -> dict[str, Secret]:
    if not values:
        raise KeyrackError("Nothing was entered.", hint="Nothing was changed.")
    return values
