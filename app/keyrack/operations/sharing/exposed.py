"""Points out the files in which other programs' tokens are not safe."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from keyrack.domain.held import HeldToken
from keyrack.domain.reading import Problem
from keyrack.wording.commands import restrict_command


def exposed(tokens: Iterable[HeldToken], configurations: Collection[str]) -> tuple[Problem, ...]:
    """A Problem for each file that others can read, or that is one of the `configurations`, which people
    share and commit; with what to do. The tokens work nevertheless."""
    files = {token.place.path: token for token in tokens if token.place.path}
    found: list[Problem] = []
    for path, token in files.items():
        mode = token.place.mode or 0
        if token.place.is_readable_by_others:
            whose = f"Others can read this file ({mode:04o}), and it contains tokens in plain text."
            found.append(Problem(token.client, path, f"{whose} Run {restrict_command(path)}."))
        elif path in configurations:
            sentence = "This configuration file contains tokens in plain text. Don't share or commit it."
            found.append(Problem(token.client, path, sentence))
    return tuple(found)
