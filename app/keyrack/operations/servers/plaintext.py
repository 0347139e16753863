"""Reports secrets that are written in plain text in programs' files."""

from __future__ import annotations

from keyrack.domain.reading import Problem, Reading
from keyrack.domain.status import Action
from keyrack.wording.commands import command_for


def pointed_out(reading: Reading) -> tuple[Problem, ...]:
    """A Problem for each one with its file and entry, and what to do. The entries work nevertheless."""
    found: list[Problem] = []
    for server in reading.servers:
        if server.address_key is not None and server.address_key.plaintext:
            key = f"The URL contains a key ({server.address_key.where})"
            sentence = f"{key} in plain text. keyrack can't move it."
            found += [Problem(each.client, each.path, sentence, entry=each.name) for each in server.sources]
        for each in server.entry_secrets:
            move = f"Run {command_for(Action.ADOPT, server)} to move it to the keychain."
            advice = each.not_movable_because or move
            sentence = f"{each.name} is written in plain text in the file. {advice}"
            found.append(Problem(each.source.client, each.source.path, sentence, entry=each.source.name))
        for header in server.plaintext_headers:
            if header.source is None:
                continue
            move = f"Run {command_for(Action.ADOPT, server)} to move it to the keychain."
            advice = header.not_movable_because or move
            sentence = f"The {header.name} header is written in plain text in the file. {advice}"
            source = header.source
            found.append(Problem(source.client, source.path, sentence, entry=source.name))
    return tuple(found)
