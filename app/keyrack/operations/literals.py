"""Secrets that stand in programs' files as they are, pointed out."""

from __future__ import annotations

from keyrack.domain.reading import Problem, Reading
from keyrack.domain.status import Action, command_for


def pointed_out(reading: Reading) -> tuple[Problem, ...]:
    """Each place with its file and entry, and what can be done about it. Nothing is broken there."""
    found: list[Problem] = []
    for server in reading.servers:
        if server.address_key is not None and server.address_key.literal:
            key = f"The address carries a key ({server.address_key.where})"
            sentence = f"{key}, which stands in the file as it is. keyrack does not take it out of there."
            found += [Problem(each.client, each.path, sentence, entry=each.name) for each in server.sources]
        for header in server.literals:
            if header.source is None:
                continue
            move = f"{command_for(Action.ADOPT, server)} moves it into the keychain."
            sentence = f"The {header.name} header stands in the file as it is. {header.stays or move}"
            source = header.source
            found.append(Problem(source.client, source.path, sentence, entry=source.name))
    return tuple(found)
