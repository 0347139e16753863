"""`keyrack doctor`: show where keyrack looks, where it stores, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK, STORE
from keyrack.cli.output import Output, paint
from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.domain.errors import KeyrackError, StoreUnavailable
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE, FAILED, NOTHING, WARNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyrack.cli.context import Context
    from keyrack.domain.reading import Place, Problem
    from keyrack.operations.ports import Adapters


class Options(Arguments):
    repair: bool = False
    files: bool = False


VERB = Verb(
    name="doctor",
    operand="",
    options=(
        Option(("--repair",), "rebuild lost records from the keychain"),
        Option(("--files",), "list the places where no file was found, too"),
    ),
    takes=Options,
    text="""\
Shows the keychain, its limits and whether it works; every configuration file that
was read; each problem with its file, line and entry; each token that is in plain
text in a configuration, which is not an error but should be moved; each file with
other programs' tokens that others can read; and each entry that keyrack connect
wrote and that would fail, after running keyrack's own command as the program runs
it. Commands of others are never run. It also finishes anything that
was interrupted when keyrack was killed. It may ask you to unlock the keychain,
and does not use the network. Exits with 0 if all is well, 5 if the keychain
can't be used, and 1 if there is any other problem.

The list is built from keyrack's records. If they are lost, the credentials are
still complete in the keychain, and --repair finds them there. It reports entries
that can't be read, and deletes nothing.""",
    examples=(
        ("Find out why a server is not listed", "keyrack doctor --files"),
        ("Rebuild deleted records", "keyrack doctor --repair"),
    ),
)


def run(context: Context, options: Options) -> int:
    import platform

    from keyrack.cli.context import open_store
    from keyrack.cli.sources import problem_line
    from keyrack.operations.servers.overview import own_problems
    from keyrack.operations.servers.plaintext import pointed_out
    from keyrack.operations.sharing.connected import failing
    from keyrack.operations.sharing.exposed import exposed
    from keyrack.version import __version__
    from keyrack.wording.tones import Tone

    out, adapters = context.out, context.adapters()
    if options.repair:
        open_store(adapters)
    out.line(f"keyrack {__version__}, Python {platform.python_version()}, {plain(platform.system(), 40)}")
    out.line("")
    out.line("Keychain")
    code = _tell_store(out, adapters, repairing=options.repair)
    reading = adapters.read()
    adapters.credentials().records()
    held = adapters.other_programs().read([server.url for server in reading.servers if server.url])
    connected = tuple(failing(adapters)) if code == OK else ()
    problems = (
        *reading.problems,
        *held.problems,
        *own_problems(adapters),
        *_unrun_hooks(adapters),
        *connected,
    )
    out.line("")
    out.line(f"Files ({_count(len(reading.servers), 'server')})")
    _tell_files(out, reading.places, every=options.files)
    out.line("")
    good, bad = paint(DONE, Tone.GOOD, out.stdout), paint(FAILED, Tone.BAD, out.stdout)
    well = "files and records" if code == OK else "files"
    out.line("Problems" if problems else f"{good} No problems in the {well}.")
    for problem in problems:
        out.line(f"  {bad} {problem_line(problem)}")
    configurations = {place.path for place in reading.places}
    in_plain_text = (*pointed_out(reading), *exposed(held.tokens, configurations))
    if in_plain_text:
        out.line("")
        out.line("Tokens in plain text")
    for plaintext in in_plain_text:
        out.line(f"  {paint(WARNING, Tone.WARN, out.stdout)} {problem_line(plaintext)}")
    return code or (ERROR if problems else OK)


def _tell_files(out: Output, places: Sequence[Place], *, every: bool) -> None:
    """Most of the programs are not on this machine, so they are only named."""
    from keyrack.cli.sources import place_line

    there = [place for place in places if every or place.found != "no file"]
    for place in there:
        out.line(place_line(place))
    missing = {place.client for place in places} - {place.client for place in there}
    if missing:
        names = plain(", ".join(sorted(missing, key=str.lower)), 2000)
        out.line(f"  No file: {names}. --files lists where keyrack looked.")


def _unrun_hooks(adapters: Adapters) -> tuple[Problem, ...]:
    """Why no hook is run, if so. A file that can't be read is a problem of its own."""
    from keyrack.domain.reading import Problem

    try:
        adapters.watching().hooks()
    except KeyrackError as error:
        if error.hint:
            return (Problem("keyrack", adapters.config_file(), f"{error} {error.hint}"),)
    return ()


def _tell_store(out: Output, adapters: Adapters, *, repairing: bool) -> int:
    """Print the store, its limits, and whether its credentials match the records. Returns the exit code."""
    from keyrack.wording.tones import Tone

    good, bad = paint(DONE, Tone.GOOD, out.stdout), paint(FAILED, Tone.BAD, out.stdout)
    store = adapters.credentials().state()
    backend = f" ({plain(store.backend, 80)})" if store.backend else ""
    kept = "" if store.persistent else " (kept until keyrack exits)"
    locked = ", locked" if store.locked else ""
    out.line(f"  {good if store.ready else bad} {plain(store.name, 60)}{backend}{kept}{locked}")
    said = store.reason.lower() == f"the {store.name} is locked.".lower()
    reason = "" if said else store.reason
    for sentence in (reason, store.hint, *store.limits):
        if sentence:
            out.line(f"    {plain(sentence)}")
    if repairing and store.locked:
        out.line("    Nothing was repaired.")
    if not store.ready:
        return STORE
    if store.locked:
        return OK  # checking further would need the passphrase
    try:
        return _tell_agreement(out, adapters, repairing=repairing)
    except KeyrackError as error:
        out.line(f"  {bad} {plain(str(error))}")
        return STORE if isinstance(error, StoreUnavailable) else ERROR


def _tell_agreement(out: Output, adapters: Adapters, *, repairing: bool) -> int:
    from keyrack.cli.receipt import line_of
    from keyrack.operations.storage.recover import recover
    from keyrack.operations.storage.repair import repair

    receipts = [recover(adapters), *([repair(adapters)] if repairing else [])]
    for receipt in receipts:
        for line in receipt.lines:
            out.line(f"  {line_of(line)}")
    code = OK if all(receipt.ok for receipt in receipts) else ERROR
    if repairing:
        if not receipts[1].lines:
            out.line(f"  {NOTHING} Every credential in it has a record.")
        return code
    survey = adapters.credentials().survey()
    if survey.strays:
        strays = _count(survey.strays, "credential")
        has, it = ("has", "it") if survey.strays == 1 else ("have", "them")
        out.line(f"  {NOTHING} {strays} {has} no record here, so the list does not show")
        out.line(f"    {it}: another data folder uses this keychain too, or records were lost.")
        out.line(f"    Run keyrack doctor --repair to list {it} here.")
    if survey.unlisted:
        unlisted = _count(survey.unlisted, "credential")
        out.line(f"  {NOTHING} {unlisted} could not be recovered from the keychain if the records were lost.")
        out.line("    Run keyrack doctor --repair to add what is missing to keyrack's index in the keychain.")
    return code


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
