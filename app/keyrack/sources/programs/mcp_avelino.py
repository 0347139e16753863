"""`mcp` (avelino): `servers.json`, with comments and `${VAR}`.

That program substitutes variables in the raw text before parsing. Here the file is parsed
first and each string interpolated separately, so that its reference can be shown. Only a
file that is not JSON before the substitution (`"port": ${PORT}`) gets one beforehand, and
only outside its strings.
"""

from __future__ import annotations

import re

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import entries, jsonc
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES, value_of
from keyrack.system import files

STYLE = BRACES
EDIT = EditJson("mcpServers", commas=False)
CONNECT = Connect(reference="${NAME}")


def read(text: str, collector: Collector) -> None:
    document = _parse(text, collector)
    collector.repeated(document.repeated)
    for name, entry in collector.entries(collector.table(document.data, "mcpServers")):
        entries.add(collector, name, entry)


def _parse(text: str, collector: Collector) -> jsonc.Document:
    try:
        return jsonc.parse(text, comments=True)
    except files.Malformed:
        if "${" not in text:
            raise

    def value(match: re.Match[str]) -> str:
        return match[0] if match[0][0] == '"' else value_of(collector.env, match["name"])

    return jsonc.parse(re.sub(f"{jsonc.STRING}|{BRACES}", value, jsonc.strip_comments(text)))
