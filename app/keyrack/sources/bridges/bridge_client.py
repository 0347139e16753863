"""Reads the OAuth client from a bridge's command line, with the redirect URI that the bridge would use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.kinds import kind
from keyrack.domain.model import ClientSettings
from keyrack.domain.redirect import LOOPBACK, refusal_of_path
from keyrack.sources.parsing import jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.interpolate import BRACES, fill
from keyrack.system import files, paths
from keyrack.system.paths import Env

INFO, METADATA = "--static-oauth-client-info", "--static-oauth-client-metadata"
PATH = "/oauth/callback"  # mcp-remote's own


def client_of(
    collector: Collector,
    entry: str,
    program: str,
    places: Sequence[str],
    options: Mapping[str, tuple[str, ...]],
    env: Env,
) -> ClientSettings:
    """`places` and `options` are the bridge's arguments; `env` is its environment."""
    if program == "mcp-proxy":
        return _of_machine(collector, entry, options, env)
    info = _json(collector, entry, INFO, options, env)
    client = oauth_client.settings_of(Fields(info, collector, entry))
    metadata = Fields(_json(collector, entry, METADATA, options, env), collector, entry)
    port = int(places[1]) if len(places) > 1 and re.fullmatch("[0-9]{1,5}", places[1]) else 0
    client = client._replace(
        scopes=client.scopes or metadata.words("scope"), callback_port=port if 0 < port < 65536 else None
    )
    if not client.client_id:
        return client
    host, path = options.get("--host", ("localhost",))[0], options.get("--callback-path", (PATH,))[0]
    if host not in LOOPBACK:
        collector.problem("mcp-remote's --host is not this machine.", entry=entry)
    if refusal_of_path(path):
        path = PATH  # as mcp-remote does
    return client._replace(redirect_host=host, callback_path=path)


def _of_machine(
    collector: Collector, entry: str, options: Mapping[str, tuple[str, ...]], env: Env
) -> ClientSettings:
    """mcp-proxy supports only the client credentials grant."""
    names = {"--client-id": "client_id", "--client-secret": "client_secret"}
    given = {names[option]: value[0] for option, value in options.items() if option in names and value}
    client = oauth_client.settings_of(Fields(_filled(given, collector, env), collector, entry))
    return client._replace(grant_type="client_credentials") if client.client_id else client


def _json(
    collector: Collector, entry: str, option: str, options: Mapping[str, tuple[str, ...]], env: Env
) -> Mapping[str, Any]:
    """The JSON object in an option or in a file that it names. Empty, with a problem, if there is none."""
    text = options.get(option, ("",))[0]
    if text.startswith("@"):
        text = _file(collector, entry, option, text[1:], env)
    if not text:
        return {}
    try:
        data = jsonc.parse(text).data
    except files.Malformed:
        collector.problem(f"The value of {option} is not valid JSON, so it is ignored.", entry=entry)
        return {}
    if not isinstance(data, dict):
        collector.problem(f"The value of {option} should be an object, but is {kind(data)}.", entry=entry)
        return {}
    return _filled(data, collector, env)


def _file(collector: Collector, entry: str, option: str, path: str, env: Env) -> str:
    """The text of a file. "", with a problem, if it can't be read."""
    problem = ""
    if not collector.trusted:
        # A cloned repository could send any of the user's files to its own server as the client.
        problem = f"A project's file can't name another file ({option}); it is not read."
    else:
        path = fill(path, collector.style, env).value.reveal()
        try:
            if not (path.startswith("~") or paths.is_absolute(collector.platform, path)):
                # It would be relative to the program's current folder, which may be any project's.
                problem = f"{option} names a file without its full path, so it is not read."
            else:
                return files.read_text(paths.expand(collector.env, collector.platform, path, ""))
        except files.NoFile:
            problem = f"{option} names a file that does not exist: {path}"
        except files.BadFile as error:
            problem = f"{option} names a file that can't be used, {path}: {error}"
        except KeyrackError as error:
            problem = str(error)
    collector.problem(problem, entry=entry)
    return ""


def _filled(data: Mapping[str, Any], collector: Collector, env: Env) -> Mapping[str, Any]:
    """Fill in the bridge's variables. A project's file gets none."""
    if not collector.trusted:
        return data
    return {
        key: fill(value, BRACES, env).value.reveal() if isinstance(value, str) and "${" in value else value
        for key, value in data.items()
    }
