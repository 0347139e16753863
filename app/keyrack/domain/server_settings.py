"""The settings that a server's table in keyrack's own file can have, and how each is typed.

What a value may be is checked where the file is read; here it is only turned into TOML's type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from keyrack.domain.named_tuple import NamedTuple

Kind = Literal["text", "words", "number", "flag", "table"]


class Setting(NamedTuple):
    key: str  # in the file
    kind: Kind
    label: str  # for forms
    what: str  # for help: an example, or the values that it can have
    is_basic: bool = False  # shown first in forms


SETTINGS = (
    Setting("client_id", "text", "Client ID", "of an OAuth app that you registered", is_basic=True),
    Setting("scopes", "words", "Scopes", "read write", is_basic=True),
    Setting("callback_port", "number", "Callback port", "8080", is_basic=True),
    Setting("headers", "table", "Header", "X-Team: ${TEAM}", is_basic=True),
    Setting("account", "text", "Account", "work"),
    Setting("confirm", "flag", "Confirm", "true: ask before each hand-out of its token"),
    Setting("callback_path", "text", "Callback path", "/oauth/callback"),
    Setting("redirect_host", "text", "Redirect host", "localhost"),
    Setting("issuer", "text", "Issuer", "https://auth.example.com"),
    Setting("grant_type", "text", "Grant type", "client_credentials: a machine login"),
    Setting("client_secret", "text", "Client secret", "${NAME}: a variable"),
    Setting("client_metadata_url", "text", "Client metadata", "https://…"),
    Setting("metadata_url", "text", "Issuer metadata", "https://…"),
    Setting("pkce", "text", "PKCE", "assumed, or required"),
    Setting("resource", "flag", "Resource", "false: leave out the resource parameter"),
    Setting("authorize", "table", "Parameter", "access_type: offline"),
    Setting("ca_file", "text", "CA file", "~/keys/company-ca.pem"),
    Setting("client_cert", "text", "Certificate", "~/keys/me.pem"),
    Setting("client_key_file", "text", "Key file", "~/keys/me.key"),
    Setting("type", "text", "Transport", "http, or sse"),
)
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}
URL_KEYS = ("url", "serverUrl", "httpUrl")  # the first one counts


def url_key(table: Mapping[str, Any]) -> str:
    """The key of the table's URL."""
    return next((key for key in URL_KEYS if key in table), "url")


def value_of(setting: Setting, text: str) -> Any:
    """The value that is meant; None for an empty text. Raises ValueError with a message that does not repeat
    it. A table's text has a line for each entry, as in `pair_of`."""
    text = text.strip()
    if not text:
        return None
    if setting.kind == "words":
        return text.replace(",", " ").split()
    if setting.kind == "number":
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise ValueError("must be a whole number.")
        return int(text)
    if setting.kind == "flag":
        word = {"true": True, "yes": True, "false": False, "no": False}.get(text.lower())
        if word is None:
            raise ValueError("must be true or false.")
        return word
    if setting.kind == "table":
        return dict(pair_of(line) for line in text.splitlines() if line.strip()) or None
    return text


def pair_of(text: str) -> tuple[str, str]:
    """“NAME: VALUE” as a pair. Raises ValueError."""
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not (colon and name and value):
        raise ValueError("must be NAME: VALUE.")
    return name, value


def text_of(setting: Setting, value: Any) -> str:
    """A value as it is typed; "" if it has another type than it should."""
    if setting.kind == "words" and isinstance(value, list):
        return " ".join(str(word) for word in value)
    if setting.kind == "table":
        table = value if isinstance(value, dict) else {}
        return "\n".join(f"{name}: {_plain(each)}" for name, each in table.items())
    if isinstance(value, bool | int | str):
        return _plain(value)
    return ""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
