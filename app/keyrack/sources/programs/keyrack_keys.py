"""Reports unknown keys in keyrack's own file, and suggests the one that was meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from keyrack.domain.settings import NAMES
from keyrack.sources.parsing.collector import Collector, name_of
from keyrack.sources.parsing.entries import KEYS

OF_HOOKS = frozenset(("hooks", "notifications", "bell"))
OF_FILE = frozenset((*NAMES, *OF_HOOKS, "config_files", "servers", "accounts", "publish", "folders", "keys"))
OF_SERVER = frozenset((
    *KEYS, "type", "transport", "headers", "args", "env", "env_vars", "account", "grant_type",
    "client_id", "client_secret", "scopes", "issuer", "redirect_host", "client_metadata_url", "metadata_url",
    "confirm", "callback_port", "callback_path", "pkce", "resource", "authorize", "ca_file", "client_cert",
    "client_key_file",
))  # fmt: skip
# Other programs' spellings. They are accepted, but never suggested.
OTHER_SPELLINGS = frozenset((
    "clientId", "CLIENT_ID", "clientSecret", "CLIENT_SECRET", "callbackPort", "scope", "clientMetadataUrl",
    "authServerMetadataUrl",
))  # fmt: skip


def point_out_in_file(data: Mapping[str, Any], collector: Collector) -> None:
    """A problem for each unknown key of the file itself."""
    for key in data.keys() - OF_FILE:
        if key in OF_SERVER:
            collector.problem(f"“{key}” belongs in a server's table, [servers.NAME].")
        else:
            collector.problem(f"“{name_of(key)}” is not a setting of keyrack{_meant(key, OF_FILE)}")


def point_out_in_server(entry: Mapping[str, Any], collector: Collector, name: str) -> None:
    """A problem for each unknown key of one server's table."""
    for key in (key for key in entry if key not in OF_SERVER | OTHER_SPELLINGS):
        if key in OF_FILE:
            sentence = f"“{key}” applies to the whole file, and belongs above its first [table]."
        else:
            sentence = f"“{name_of(key)}” is not a setting of a server{_meant(key, OF_SERVER)}"
        collector.problem(sentence, entry=name)


def _meant(key: str, known: Collection[str]) -> str:
    import difflib  # late: only needed for a mistake

    close = difflib.get_close_matches(key.lower().replace("-", "_"), sorted(known), 1)
    return f"; did you mean “{close[0]}”?" if close else ", so it does nothing."
