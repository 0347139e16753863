"""Changes and deletes servers in keyrack's own file. Comments and the order of the file stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyrack.config import file as own_file
from keyrack.config import headings, servers
from keyrack.config.file import OwnFile
from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.reading import account_key
from keyrack.system import toml_tree

SERVERS = "servers"
BY_SERVER = ("accounts", "publish")  # tables whose keys are a server's URL, and its name if others share it
Table = Mapping[str, Any]


class ServerTables:
    """The servers in the file at `path`. Every change is made on what the file contains at that moment.

    Methods raise KeyrackError, and then nothing has changed.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def table(self, name: str) -> Table | None:
        """The server's table as it is written; None if there is none."""
        return _table(own_file.read(self.path), name)

    def add(self, name: str, table: Table) -> None:
        """Add a server. Raises BadUrl too, for an invalid URL or one with a key."""
        more = {key: value for key, value in table.items() if key != "url"}
        servers.add_server(self.path, name, table.get("url", ""), **more)

    def change(
        self, name: str, was: Table, table: Table, *, new_name: str = "", renamed: Mapping[str, str] = {}
    ) -> None:
        """Replace what has changed between `was`, which must still be in the file, and `table`.

        `renamed` are keys of the tables of default accounts and of programs to publish to, old and new.
        """

        def changed(old: OwnFile) -> str:
            self._refuse_other(old, name, was)
            text = _with_values(old.text, name, was, table)
            wanted = {**old.data[SERVERS], name: dict(table)}
            if new_name:
                if new_name in old.data[SERVERS]:
                    raise servers.taken(self.path, new_name)
                text = _with_name(text, name, new_name)
                wanted[new_name] = wanted.pop(name)
            text, others = _with_keys(text, old.data, renamed)
            return _checked(text, {**old.data, **others, SERVERS: wanted})

        self._edit(name, changed)

    def remove(self, name: str, was: Table) -> None:
        """Delete the server's table, which must still be as it `was`."""

        def changed(old: OwnFile) -> str:
            self._refuse_other(old, name, was)
            rest = {key: each for key, each in old.data[SERVERS].items() if key != name}
            path = (SERVERS, name)
            if headings.parts(old.text, path):
                text = headings.deleted(old.text, path)
            else:
                tree = toml_tree.Tree(old.text)
                tree.pair(path).remove()
                text = tree.text()
            data = {key: value for key, value in old.data.items() if key != SERVERS}
            return _checked(text, data | ({SERVERS: rest} if rest else {}))

        self._edit(name, changed)

    def _edit(self, name: str, changed: Callable[[OwnFile], str]) -> None:
        try:
            own_file.edit(self.path, changed)
        except toml_tree.NotEditable:
            raise KeyrackError(
                f"{name} is written in {self.path} in a way that keyrack can't change without changing the"
                " rest of the file.",
                hint="Change it in an editor.",
            ) from None

    def _refuse_other(self, old: OwnFile, name: str, was: Table) -> None:
        if _table(old, name) != was:
            raise KeyrackError(
                f"{name} has been changed in {self.path} in the meantime. Nothing was saved.",
                hint="Look at it as it is now, and try again.",
            )


def _table(old: OwnFile, name: str) -> Table | None:
    tables = old.data.get(SERVERS)
    table = tables.get(name) if isinstance(tables, dict) else None
    return table if isinstance(table, dict) else None


def _with_values(text: str, name: str, was: Table, table: Table) -> str:
    """The text with each changed value of the server's table."""
    path = (SERVERS, name)
    for key in [key for key in was if key not in table]:
        text = _without(text, (*path, key))
    for key, value in table.items():
        old = was.get(key)
        if value == old:
            continue
        if isinstance(value, dict) and isinstance(old, dict) and old:
            for inner in [inner for inner in old if inner not in value]:
                text = _without(text, (*path, key, inner))
            for inner, each in value.items():
                if each != old.get(inner):
                    text = _with_value(text, (*path, key, inner), each)
        else:
            text = _with_value(text, (*path, key), value)
    return text


def _with_value(text: str, keys: tuple[str, ...], value: Any) -> str:
    tree = toml_tree.Tree(text)
    pair = next(tree.find(keys), None)
    if pair is not None:
        pair.set_value(toml_tree.any_value(value))
    else:
        table = tree.table(keys[:-1])
        if table is None:
            raise toml_tree.NotEditable
        table.insert_last(keys[-1], toml_tree.any_value(value), tree.newline)
    return tree.text()


def _without(text: str, keys: tuple[str, ...]) -> str:
    if headings.parts(text, keys):
        return headings.deleted(text, keys)
    tree = toml_tree.Tree(text)
    tree.pair(keys).remove()
    return tree.text()


def _with_name(text: str, name: str, new_name: str) -> str:
    path = (SERVERS, name)
    if headings.parts(text, path):
        return headings.renamed(text, path, new_name)
    tree = toml_tree.Tree(text)
    pair = tree.pair(path)
    pair.replace(new_name, pair.item)
    return tree.text()


def _with_keys(text: str, data: Table, renamed: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The text and the tables of it with the keys renamed."""
    others = dict[str, Any]()
    for outer in BY_SERVER if renamed else ():
        table = data.get(outer)
        keys = [key for key in table if _canonical(key) in renamed] if isinstance(table, dict) else []
        for key in keys:
            others.setdefault(outer, dict(data[outer]))
            value = others[outer].pop(key)
            if not isinstance(value, str):
                raise toml_tree.NotEditable
            new = renamed[_canonical(key)]
            others[outer][new] = value
            tree = toml_tree.Tree(text)
            tree.pair((outer, key)).replace(new, toml_tree.string(value))
            text = tree.text()
    return text, others


def _canonical(key: str) -> str:
    try:
        return account_key(key)
    except BadUrl:
        return key


def _checked(text: str, wanted: Table) -> str:
    """The text, if it says what is wanted and nothing else."""
    if not own_file.says(text, wanted):
        raise toml_tree.NotEditable
    return text
