"""Valid and invalid command lines, and the manual."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from keyrack.cli import spec
from keyrack.cli.parse import parse
from keyrack.cli.spec import Verb
from keyrack.cli.verbs import GROUPS, VERBS, module_of
from support.cli_kit import FakeAdapters, Terminal, run

UNUSED = FakeAdapters()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["lst"], "keyrack: Unknown command “lst”.\n  Did you mean keyrack list?\n"),
        (["zzz"], "keyrack: Unknown command “zzz”.\n  Run keyrack help for a list of commands.\n"),
        (["token"], "keyrack: keyrack token needs NAME|URL.\n  Run keyrack token --help for usage.\n"),
        (["list", "x"], "keyrack: Too many arguments: keyrack list takes no arguments.\n"
                        "  Run keyrack list --help for usage.\n"),
        (["list", "--jsn"], "keyrack: Unknown option --jsn.\n  Did you mean --json?\n"),
        (["list", "--json=yes"],
         "keyrack: --json takes no value.\n  Run keyrack list --help for usage.\n"),
        (["token", "a", "--min-valid"], "keyrack: --min-valid needs a value: --min-valid SECONDS.\n"
                                        "  Run keyrack token --help for usage.\n"),
        (["token", "a", "--account", "--min-valid", "3"],
         "keyrack: --account needs a value: --account ACCOUNT.\n  Run keyrack token --help for usage.\n"),
        (["token", "a", "--min-valid", "soon"], "keyrack: --min-valid: must be a number of seconds.\n"
                                                "  Run keyrack token --help for usage.\n"),
        (["login", "a", "--callback-port", "70000"],
         "keyrack: --callback-port: must be a port number from 1 to 65535.\n"
         "  Run keyrack login --help for usage.\n"),
        (["--jsno"], "keyrack: Unknown option --jsno.\n  Run keyrack --help for a list of options.\n"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_exits_with_2(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv, adapters=UNUSED) == 2
    assert capsys.readouterr() == ("", said)


def test_a_secret_typed_by_mistake_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["set", "github", "ghp_secret"], ["login", "x", "--client-secret=ghp_secret"],
                 ["token", "x", "--min-valid", "ghp_secret"]):  # fmt: skip
        assert run(argv, adapters=UNUSED) == 2
    assert "ghp_secret" not in "".join(capsys.readouterr())


def test_without_a_terminal_the_screen_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], adapters=UNUSED, screen=lambda factory: pytest.fail("opened")) == 2
    assert capsys.readouterr() == (
        "",
        "keyrack: The terminal UI needs a terminal, and there is none here.\n"
        "  Run keyrack list for the same list as text, or keyrack help for all commands.\n",
    )


def be_a_terminal(monkeypatch: pytest.MonkeyPatch, term: str) -> Terminal:
    """What is said on it."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, said := Terminal())
    monkeypatch.setenv("TERM", term)
    return said


@pytest.mark.parametrize(
    ("words", "what", "instead"),
    [
        (
            [],
            "The terminal UI",
            "Run keyrack list for the same list as text, or keyrack help for all commands.",
        ),
        (["demo"], "The demo", "Run keyrack demo in another terminal."),
    ],
)
def test_on_a_terminal_that_draws_nothing_it_says_what_to_do_instead(
    words: list[str], what: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = be_a_terminal(monkeypatch, "dumb")
    opened = lambda *_: pytest.fail("opened")  # noqa: E731
    assert run(words, adapters=UNUSED, screen=opened, demo=opened) == 2
    assert said.getvalue() == f"keyrack: {what} can't be drawn in this terminal (TERM=dumb).\n  {instead}\n"


def test_alone_on_a_terminal_it_opens_the_screen_on_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    be_a_terminal(monkeypatch, "xterm")
    adapters = FakeAdapters()
    assert run(["--config", "mcp.json"], adapters=adapters, screen=lambda factory: factory() and None) == 0
    assert adapters.config_files == ("mcp.json",)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    from keyrack import __version__

    assert run(["--version"], adapters=UNUSED) == 0
    assert capsys.readouterr().out == f"keyrack {__version__}\n"


def test_the_manual_has_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"], adapters=UNUSED) == 0
    page = capsys.readouterr().out
    assert run(["help"], adapters=UNUSED) == 0
    assert capsys.readouterr().out == page
    for words in ("EXIT CODES", "FILES", "ENVIRONMENT", "EXAMPLES", "130"):
        assert words in page


def test_the_manual_lists_every_verb_in_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"], adapters=UNUSED) == 0
    page = capsys.readouterr().out
    commands = page[page.index("COMMANDS") : page.index("OPTIONS")]
    places = [(commands.index(f"\n  {group}\n"), group) for group in GROUPS]
    assert places == sorted(places)
    for name, (group, summary) in VERBS.items():
        [place] = [
            found.start() for found in re.finditer(rf"^    {name} +{re.escape(summary)}$", commands, re.M)
        ]
        assert max(start for start in places if start[0] < place)[1] == group


def test_every_module_with_a_verb_is_listed() -> None:
    folder = Path(spec.__file__).parent
    found = {path.stem for path in folder.glob("*.py") if "\nVERB = Verb(" in path.read_text()}
    assert found == set(VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_page_with_its_options_and_examples(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, "--help"], adapters=UNUSED) == 0
    page = capsys.readouterr().out
    assert run(["help", name], adapters=UNUSED) == 0
    assert run(["--help", name], adapters=UNUSED) == 0
    assert capsys.readouterr().out == page * 2
    verb = module_of(name).VERB
    assert verb.name == name and page.startswith(f"keyrack {name} - ")
    assert all(flag in page for option in verb.options for flag in option.flags)
    assert all(f"$ {command}" in page for _, command in verb.examples)
    assert all(len(line) <= 80 for line in page.splitlines() if "$ " not in line)


def test_help_wins_over_a_missing_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["token", "-h"], adapters=UNUSED) == 0


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_gets_an_attribute_for_all_that_can_be_typed(name: str) -> None:
    verb: Verb = module_of(name).VERB
    usual, _, command = verb.operand.partition(" -- ")
    operands = (
        ("operands",) if usual.rstrip("]").endswith("…") else ("operand", "second")[: len(usual.split())]
    )
    operands += ("command",) if command else ()
    attributes = {name for each in verb.takes.__mro__ for name in vars(each).get("__annotations__", ())}
    assert attributes == {*operands, *(option.key for option in verb.options)}
    least = parse(verb, ["x"] if operands and not verb.operand.startswith("[") else [])[0]
    assert isinstance(least, verb.takes)
    empty = {option.key: () if option.repeat else None if option.value else False for option in verb.options}
    assert {key: getattr(least, key) for key in empty} == empty
