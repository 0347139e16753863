"""The same in TOML, where a text can be written in so many ways that a few are tried and read again.

keyrack's own file names a variable in the header's text. Codex names it in a field of its own:
`bearer_token_env_var`, or `env_http_headers` for all but a bearer token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from keyrack.clients import interpolate, toml
from keyrack.clients.edits import Edit, cannot, path_to, split, with_value
from keyrack.clients.jsonc import Malformed
from keyrack.clients.own_file import dump
from keyrack.clients.redact import TOML_PARTS
from keyrack.clients.spans import Span
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Header

MOST = 20  # places that are tried
KEY = r"""(?:(?<![\w-])[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
TABLE_HEAD = re.compile(r"^[ \t]*\[[^\[\n][^\n]*$", re.MULTILINE)


def edit(text: str, header: Header, variable: str) -> Edit:
    """The file with `variable` named in the place of the header's secret. Raises KeyrackError, Malformed."""
    assert header.source is not None
    data = toml.parse(text)
    if header.source.client == "Codex":
        return _in_codex(text, data, header, variable)
    value = split(header.value)[0] + interpolate.reference_to(variable, interpolate.BRACES_OR_DEFAULT)
    path = path_to(data, "servers", "headers", header)
    wanted = with_value(data, path, value)
    written = f'"{value}"'
    for span in _places(text, header):
        new = text[: span.start] + written + text[span.end :]
        if _says(new, wanted):
            return Edit(new, text[span.start : span.end], (written,))
    raise cannot(header.source, value)


def takes_bearer(header: Header) -> bool:
    """Does Codex have a field for its token alone?"""
    return header.name.lower() == "authorization" and split(header.value)[0].lower() == "bearer "


def _in_codex(text: str, data: Mapping[str, Any], header: Header, variable: str) -> Edit:
    assert header.source is not None
    root, key, table, name = path_to(data, "mcp_servers", "http_headers", header)
    entry = data[root][key]
    if takes_bearer(header):
        field, value = "bearer_token_env_var", variable
    else:
        field, value = "env_http_headers", {name: variable}
    if field in entry:
        raise KeyrackError(f"The entry has a “{field}” already.", hint=f"Add {variable} to it yourself.")
    rest = {other: text for other, text in entry[table].items() if other != name}
    bare = {other: found for other, found in entry.items() if other != table}
    wanted = [
        {**data, root: {**data[root], key: {**bare, **kept, field: value}}}
        for kept in ([{table: rest}] if rest else [{}, {table: {}}])
    ]
    setting = _inline(field, value)
    for span in _places(text, header):
        for new in _moved(text, span, (root, key), setting):
            if any(_says(new, each) for each in wanted):
                return Edit(new, text[span.start : span.end], (f'"{variable}"', f'"{name}"'))
    raise cannot(header.source, setting)


def _moved(text: str, span: Span, entry: tuple[str, str], setting: str) -> Iterator[str]:
    """Texts without the header's line or field, and with the setting: one for each way to write it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end) + 1 or len(text)
    before, after = text[start : span.start], text[span.end : end]
    alone = re.search(rf"\bhttp_headers[ \t]*=[ \t]*\{{[ \t]*{KEY}[ \t]*=[ \t]*\Z", before)
    closing = re.match(r"[ \t]*\}", after)
    if alone and closing:
        yield text[: start + alone.start()] + setting + text[span.end + closing.end() :]
    dotted = re.search(rf"\bhttp_headers[ \t]*\.[ \t]*{KEY}[ \t]*=[ \t]*\Z", before)
    if dotted:
        yield text[: start + dotted.start()] + setting + text[span.end :]
    pair = re.search(rf"{KEY}[ \t]*=[ \t]*\Z", before)
    if pair is None:
        return
    here = start + pair.start()
    indent = re.match(r"[ \t]*", before)[0]  # type: ignore[index]
    for lead, trail in ((r"\Z", r"[ \t]*,[ \t]*"), (r"[ \t]*,[ \t]*\Z", "")):
        cut, more = re.search(lead, text[start:here]), re.match(trail, after)
        if cut and more:
            gone = text[start : start + cut.start()] + text[span.end + more.end() :]
            yield text[:start] + indent + setting + newline + gone
    if before.strip() == pair[0].strip():  # a line of [mcp_servers.NAME.http_headers]
        comment = after.lstrip(" \t")
        without = text[:start] + (indent + comment if comment.startswith("#") else "") + text[end:]
        for head in TABLE_HEAD.finditer(without):
            if _says(head[0].strip(), {entry[0]: {entry[1]: {}}}):
                below = head.end() + 1
                yield without[:below] + indent + setting + newline + without[below:]


def _inline(field: str, value: Any) -> str:
    if isinstance(value, str):
        return f'{field} = "{value}"'
    [(name, variable)] = value.items()
    return f"{field} = {{ {dump({name: variable}).strip()} }}"


def _places(text: str, header: Header) -> Iterator[Span]:
    """Each string that says what the header says."""
    count = 0
    value = header.value.reveal()
    for match in TOML_PARTS.finditer(text):
        literal = match["string"]
        if literal is None or match["key"] is not None or (value not in literal and "\\" not in literal):
            continue
        if toml.parse(f"x = {literal}")["x"].strip() == value:
            yield Span(match.start("string"), match.end("string"))
            count += 1
            if count == MOST:
                return


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return toml.parse(text) == wanted
    except Malformed:
        return False
