"""Replaces a secret in a TOML file with the program's reference to a variable.

keyrack's own file has the reference in the header's value. Codex has separate fields: `bearer_token_env_var`
for a bearer token, and `env_http_headers` for everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tomlkit.items import InlineTable, Item

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Header
from keyrack.domain.rewrite import split
from keyrack.sources.edit import EditFields, EditToml
from keyrack.sources.rewriting.edits import Edit, cannot, path_to, with_value
from keyrack.system import toml
from keyrack.system.files import Malformed
from keyrack.system.toml_tree import NotEditable, Tree, inline_table, setting, string


def edit(text: str, header: Header, variable: str, how: EditToml | EditFields) -> Edit:
    """Replace the header's secret with a reference to `variable`. Raises KeyrackError or Malformed."""
    assert header.source is not None
    data = toml.parse(text)
    if isinstance(how, EditFields):
        return _in_field(text, data, header, variable, how)
    value = split(header.value)[0] + how.reference.replace("NAME", variable)
    path = path_to(data, (how.root,), "headers", header)
    written = string(value)
    try:
        tree = Tree(text)
        pair = tree.pair(path)
        literal = pair.item.as_string()
        pair.set_value(written)
        return Edit(_proved(tree.text(), with_value(data, path, value)), literal, (written.as_string(),))
    except NotEditable:
        raise cannot(header.source, value) from None


def takes_bearer(header: Header) -> bool:
    """Return whether a field for a bearer token can hold the header's token."""
    return header.name.lower() == "authorization" and split(header.value)[0].lower() == "bearer "


def _in_field(text: str, data: Mapping[str, Any], header: Header, variable: str, how: EditFields) -> Edit:
    assert header.source is not None
    path = path_to(data, (how.root,), how.headers, header)
    root, key, table, name = path
    entry = data[root][key]
    if takes_bearer(header):
        field, value, plain = how.bearer, string(variable), variable
    else:
        field, value, plain = how.others, inline_table(name, variable), {name: variable}
    if field in entry:
        raise KeyrackError(f"The entry already has a “{field}”.", hint=f"Add {variable} to it yourself.")
    rest = {other: text for other, text in entry[table].items() if other != name}
    bare = {other: found for other, found in entry.items() if other != table}
    wanted = [
        {**data, root: {**data[root], key: {**bare, **kept, field: plain}}}
        for kept in ([{table: rest}] if rest else [{}, {table: {}}])
    ]
    try:
        tree = Tree(text)
        literal = _move(tree, path, field, value)
        new = _proved(tree.text(), *wanted)
    except NotEditable:
        raise cannot(header.source, setting(field, value)) from None
    return Edit(new, literal, (f'"{variable}"', f'"{name}"'))


def _move(tree: Tree, path: tuple[str, ...], field: str, value: Item) -> str:
    """Replace the header with the field, and return the secret as written. Raises NotEditable."""
    pair = tree.pair(path)
    headers, literal = pair.owner, pair.item.as_string()
    assert headers is not None
    if isinstance(headers.item, InlineTable) or headers.key.is_dotted():
        if pair.is_only_one:
            headers.replace(field, value)
        else:
            pair.remove()
            headers.insert_before(field, value, tree.newline)
        return literal
    # The header is a line in [mcp_servers.NAME.http_headers]. Put the field before the entry's tables.
    entry = tree.table(path[:2])
    if entry is None:
        raise NotEditable
    value.trivia.indent = pair.item.trivia.indent
    pair.remove()
    entry.insert_first(field, value, tree.newline)
    return literal


def _proved(text: str, *wanted: Mapping[str, Any]) -> str:
    """Return the text if it parses to the expected data. Raises NotEditable."""
    try:
        if toml.parse(text) in wanted:
            return text
    except Malformed:
        pass
    raise NotEditable
