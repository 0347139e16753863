"""The manual pages, built from the verbs' own descriptions."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable

from keyrack.cli.exits import MEANINGS
from keyrack.cli.spec import CONFIG, GLOBAL, HELP, Option, Verb
from keyrack.cli.verbs import GROUPS, VERBS

WIDTH = 80

# The man pages (tools/man_pages.py) are made from these and the verbs too.
SUMMARY = "manage the credentials of your MCP servers"

USAGE = (
    ("keyrack [--config FILE]", "open the terminal UI"),
    ("keyrack COMMAND [NAME|URL] [options]", "run one command"),
)

DESCRIPTION = """\
NAME is a server's name as shown by keyrack list. URL is the address of any MCP
server, configured or not. Secrets are stored in the operating system's keychain,
or in a sealed vault if there is none; listings never show them."""

ENVIRONMENT = (
    ("KEYRACK_CLIENT_SECRET", "the client secret that goes with keyrack login --client-id"),
    ("KEYRACK_VAULT_PASSPHRASE", "the vault's passphrase, for unattended use"),
    ("KEYRACK_VAULT_IDENTITY_FILE", "an age identity file that opens the vault"),
    ("KEYRACK_VAULT_IDENTITY", "the age identity itself: AGE-SECRET-KEY-1…"),
    ("BROWSER", "the browser that keyrack login opens"),
    ("NO_COLOR", "set to any value to turn off colors"),
    ("KEYRACK_DEBUG", "set to 1 to show a traceback after an internal error"),
    ("HOME, XDG_CONFIG_HOME, XDG_DATA_HOME", "where keyrack looks for its files"),
)

EXAMPLES = (
    ("List your servers", "keyrack list"),
    ("Log in", "keyrack login linear"),
    ("Use the token", 'curl -H "Authorization: Bearer $(keyrack token linear)" https://mcp.linear.app/mcp'),
    ("Store a personal access token", "keyrack set github --expires 90d"),
    ("Revoke and delete everything for a server", "keyrack clear linear --revoke --forget"),
)


def manual() -> str:
    """The page of `keyrack` itself."""
    left = max(len(command) for command, _ in USAGE)
    lines = [f"keyrack - {SUMMARY}", "", "USAGE"]
    lines += [f"  {command:<{left}}   {what}" for command, what in USAGE]
    lines += ["", *_paragraph(DESCRIPTION), "", "COMMANDS"]
    left = max(map(len, VERBS))
    for group in GROUPS:
        verbs = [(f"  {name:<{left}}", summary) for name, (of, summary) in VERBS.items() if of == group]
        lines += [f"  {group}", *_pairs(verbs), ""]
    lines += ["  Run keyrack COMMAND --help for more about a command.", "", "OPTIONS", *_options(GLOBAL)]
    lines += ["", "EXAMPLES", *_examples(EXAMPLES)]
    lines += ["", "EXIT CODES", *_pairs((str(code), meaning) for code, meaning in MEANINGS)]
    lines += ["", "FILES", *_pairs(files(sys.platform))]
    lines += ["", "ENVIRONMENT", *_pairs(ENVIRONMENT)]
    return "\n".join(lines)


def page(verb: Verb) -> str:
    """The page of one verb."""
    lines = [f"keyrack {verb.name} - {VERBS[verb.name][1]}", "", "USAGE"]
    lines.append(f"  keyrack {verb.name}{after_name(verb)}")
    for paragraph in verb.text.split("\n\n"):
        lines += ["", *_paragraph(paragraph)]
    if verb.actions:
        lines += ["", "ACTIONS", *_pairs(verb.actions)]
    lines += ["", "OPTIONS", *_options((*verb.options, CONFIG, HELP))]
    lines += ["", "EXAMPLES", *_examples(verb.examples)]
    lines += ["", "Run keyrack help for exit codes, files and environment variables."]
    return "\n".join(lines)


def after_name(verb: Verb) -> str:
    """What can follow the verb's name, with a space before it."""
    usual, dashes, command = verb.operand.partition(" -- ")
    return (f" {usual}" if usual else "") + (" [options]" if verb.options else "") + dashes + command


def _paragraph(text: str) -> list[str]:
    return [f"  {line}" for line in textwrap.wrap(text, WIDTH - 2, break_on_hyphens=False)]


def _options(options: Iterable[Option]) -> list[str]:
    return _pairs((f"{', '.join(option.flags)} {option.value}".rstrip(), option.help) for option in options)


def _examples(examples: Iterable[tuple[str, str]]) -> list[str]:
    return [line for purpose, command in examples for line in (f"  {purpose}", f"    $ {command}")]


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns. A long left side gets its own line."""
    pairs = list(pairs)
    left = min(max(len(name) for name, _ in pairs), 22)
    lines: list[str] = []
    for name, words in pairs:
        wrapped = textwrap.wrap(words, WIDTH - left - 4, break_on_hyphens=False)
        if len(name) > left:
            lines.append(f"  {name}")
        else:
            lines.append(f"  {name:<{left}}  {wrapped.pop(0)}")
        lines += [" " * (left + 4) + line for line in wrapped]
    return lines


_MAC = "~/Library/Application Support/keyrack"


def files(platform: str) -> tuple[tuple[str, str], ...]:
    """The files on a system, and what is in them."""
    config, data = {
        "win32": ("%APPDATA%\\keyrack\\config.toml", "%LOCALAPPDATA%\\keyrack"),
        "darwin": (f"{_MAC}/config.toml", _MAC),
    }.get(platform, ("~/.config/keyrack/config.toml", "~/.local/share/keyrack"))
    return (
        (config, "keyrack's own servers and settings"),
        (data, "records about each credential, without secrets; the sealed vault"),
        ("other programs' files", "run keyrack doctor --files to list them"),
    )
