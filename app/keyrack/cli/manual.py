"""The manual pages, made from what the verbs say of themselves."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable

from keyrack.cli.exits import MEANINGS
from keyrack.cli.spec import CONFIG, GLOBAL, HELP, Option, Verb
from keyrack.cli.verbs import NAMES, module_of

WIDTH = 80

_INTRODUCTION = """\
keyrack - the credentials of your MCP servers, on one rack

USAGE
  keyrack [--config FILE]             open the terminal UI
  keyrack VERB [NAME|URL] [options]   do one thing and end

  NAME is a server's name in the list. A URL is any MCP server's; it need not be
  configured. Secrets are kept in the operating system's keychain, or in a sealed
  vault where there is none, and never shown by a listing."""

_ENVIRONMENT = (
    ("KEYRACK_CLIENT_SECRET", "the secret of the client that login --client-id names"),
    ("KEYRACK_VAULT_PASSPHRASE", "opens the sealed vault where nobody can type"),
    ("KEYRACK_VAULT_IDENTITY_FILE", "an identity file of age's that opens the vault"),
    ("KEYRACK_VAULT_IDENTITY", "the identity itself: AGE-SECRET-KEY-1…"),
    ("BROWSER", "the browser that login opens"),
    ("NO_COLOR", "set to anything: no colours"),
    ("KEYRACK_DEBUG", "1: after a fault of keyrack's own, show where it happened"),
    ("HOME, XDG_CONFIG_HOME, XDG_DATA_HOME", "where the files are"),
)

_EXAMPLES = (
    ("What is there, and what does it need?", "keyrack list"),
    ("Log in", "keyrack login linear"),
    ("Use the token", 'curl -H "Authorization: Bearer $(keyrack token linear)" https://mcp.linear.app/mcp'),
    ("Store a token made by hand", "keyrack set github --expires 90d"),
    ("Leave for good", "keyrack clear linear --revoke --forget"),
)


def manual() -> str:
    """The page of `keyrack` itself."""
    verbs: list[Verb] = [module_of(name).VERB for name in NAMES]
    lines = [_INTRODUCTION, "", "VERBS"]
    lines += _pairs((f"{verb.name} {verb.operand}".strip(), verb.summary) for verb in verbs)
    lines += ["", "  keyrack VERB --help tells more about each.", "", "OPTIONS", *_options(GLOBAL)]
    lines += ["", "EXAMPLES", *_examples(_EXAMPLES)]
    lines += ["", "EXIT CODES", *_pairs((str(code), meaning) for code, meaning in MEANINGS)]
    lines += ["", "FILES", *_pairs(_files(sys.platform))]
    lines += ["", "ENVIRONMENT", *_pairs(_ENVIRONMENT)]
    return "\n".join(lines)


def page(verb: Verb) -> str:
    """The page of one verb."""
    operand = f" {verb.operand}" if verb.operand else ""
    options = " [options]" if verb.options else ""
    lines = [f"keyrack {verb.name} - {verb.summary}", "", "USAGE", f"  keyrack {verb.name}{operand}{options}"]
    for paragraph in verb.text.split("\n\n"):
        wrapped = textwrap.wrap(paragraph, WIDTH - 2, break_on_hyphens=False)
        lines += ["", *(f"  {line}" for line in wrapped)]
    lines += ["", "OPTIONS", *_options((*verb.options, CONFIG, HELP))]
    lines += ["", "EXAMPLES", *_examples(verb.examples)]
    lines += ["", "keyrack help tells the exit codes, files and variables."]
    return "\n".join(lines)


def _options(options: Iterable[Option]) -> list[str]:
    return _pairs((f"{', '.join(option.flags)} {option.value}".rstrip(), option.help) for option in options)


def _examples(examples: Iterable[tuple[str, str]]) -> list[str]:
    return [line for purpose, command in examples for line in (f"  {purpose}", f"    $ {command}")]


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns; a long left side gets a line of its own."""
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


def _files(platform: str) -> tuple[tuple[str, str], ...]:
    config, data = {
        "win32": ("%APPDATA%\\keyrack\\config.toml", "%LOCALAPPDATA%\\keyrack"),
        "darwin": (f"{_MAC}/config.toml", _MAC),
    }.get(platform, ("~/.config/keyrack/config.toml", "~/.local/share/keyrack"))
    return (
        (config, "keyrack's own servers and settings"),
        (data, "what is known of each credential; the sealed vault"),
        ("those of other programs", "keyrack doctor names each one"),
    )
