"""Settings for a server and its issuer that only keyrack's own file can have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.kinds import kind
from keyrack.domain.model import ClientSettings, TlsFiles
from keyrack.domain.redirect import LOOPBACK, refusal_of_path
from keyrack.domain.resource import parse_url
from keyrack.sources.parsing.collector import Fields, name_of
from keyrack.system import paths

PARAMETER = re.compile(r"[A-Za-z0-9._-]{1,100}")
# Parameters that keep a login safe, or have their own setting. `*` matches any ending.
OURS: Mapping[str, str] = {
    "client_id": "client_id has its own setting",
    "redirect_uri": "use redirect_host, callback_port and callback_path instead",
    "scope": "scopes has its own setting",
    "resource": "resource has its own setting",
    **dict.fromkeys(
        ("state", "response_type", "response_mode", "nonce", "code_challenge*", "code_verifier", "request*"),
        "it protects the login, and keyrack sets it",
    ),
    **dict.fromkeys(("client_secret", "client_assertion*"), "a secret must not be in a URL"),
}
LONGEST = 2_000  # characters of one parameter's value


def with_server_settings(client: ClientSettings, fields: Fields) -> ClientSettings:
    """`client` with these settings from the table; wrong ones are reported and left out."""
    _check(client, fields)
    return client._replace(
        callback_path=_callback_path(fields),
        pkce=_pkce(fields),
        send_resource=fields.flag("resource"),
        authorize=_authorize(fields),
        tls=_tls(fields),
    )


def _check(client: ClientSettings, fields: Fields) -> None:
    """Check settings that other programs' files also have, where mistakes are tolerated."""
    if client.redirect_host not in (None, *LOOPBACK):
        hosts = " or ".join(f'"{host}"' for host in LOOPBACK[:2])
        fields.collector.problem(f"“redirect_host” is {hosts}.", entry=fields.entry)
    for key in ("issuer", "client_metadata_url", "metadata_url"):
        try:
            parse_url(getattr(client, key) or "https://none.example")
        except BadUrl as error:
            fields.collector.problem(f"“{key}”: {error}", entry=fields.entry)


def _callback_path(fields: Fields) -> str | None:
    path = fields.text("callback_path")
    refusal = refusal_of_path(path) if path else None
    if refusal:
        fields.collector.problem(f'“callback_path” {refusal}, as in "/oauth/callback".', entry=fields.entry)
        return None
    return path


def _pkce(fields: Fields) -> Any:
    word = fields.text("pkce")
    if word not in (None, "assumed", "required"):
        fields.collector.problem('“pkce” should be "assumed" or "required".', entry=fields.entry)
        return None
    return word


def _authorize(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Numbers, true and false are used as written; "" omits a parameter."""
    found: dict[str, str] = {}
    for name, value in fields.table("authorize").items():
        problem = _refusal_of_parameter(name)
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int):
            value = str(value)
        if not isinstance(value, str):
            problem = problem or f"it should be text, but is {kind(value)}"
        elif len(value) > LONGEST or not value.isprintable():
            problem = problem or "its value is too long or contains control characters"
        if problem:
            sentence = f"“{name_of(name)}” can't be set in “authorize”: {problem}."
            fields.collector.problem(sentence, entry=fields.entry)
        else:
            found[name] = value
    return tuple(found.items())


def _refusal_of_parameter(name: str) -> str | None:
    if not PARAMETER.fullmatch(name):
        return "it is not a valid name"
    # Some servers read a dot as an underscore.
    plain = name.lower().replace(".", "_").replace("-", "_")
    for own, why in OURS.items():
        if plain == own or (own.endswith("*") and plain.startswith(own[:-1])):
            return why
    return None


def _tls(fields: Fields) -> TlsFiles:
    files = TlsFiles(*(_path(fields, key) for key in ("ca_file", "client_cert", "client_key_file")))
    if files.client_key and not files.client_cert:
        fields.collector.problem("“client_key_file” needs “client_cert” too.", entry=fields.entry)
    return files


def _path(fields: Fields, key: str) -> str | None:
    """A relative path starts at the file's folder, as in `config_files`."""
    text = fields.text(key)
    if text is None:
        return None
    collector = fields.collector
    try:
        folder = paths.config_dir(collector.env, collector.platform)
        return paths.expand(collector.env, collector.platform, text, folder)
    except KeyrackError as error:
        collector.problem(f"“{key}”: {error}", entry=fields.entry)
        return None
