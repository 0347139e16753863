"""Which account is used here: by KEYRACK_ACCOUNT, or by the folder that a program runs in.

[[folders]]
path = "~/office/**"        # the folder and everything below it; /** may be left out
account = "work"
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.account import VARIABLE, AccountHere, account_name
from keyrack.domain.errors import KeyrackError
from keyrack.domain.kinds import kind
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing.collector import Collector
from keyrack.system import paths
from keyrack.system.paths import Env

BELOW = ("/**", "\\**")
KEYS = {"path", "account"}
_HEADING = re.compile(r"^[ \t]*(?:\[\[[ \t]*folders[ \t]*\]\]|\[?[ \t]*folders\b)", re.MULTILINE)


class Folder(NamedTuple):
    written: str  # the path in the file
    path: str  # absolute, without /**
    account: str


class Folders(NamedTuple):
    """The table in keyrack's own file."""

    folders: tuple[Folder, ...] = ()
    refusal: str = ""  # why the table can't be used: then no account is guessed


def read(data: Mapping[str, Any], text: str, collector: Collector) -> Folders:
    """A mistake in one folder makes all of them useless: another account may have been meant here."""
    entries = data.get("folders")
    if entries is None:
        return Folders()
    found: list[Folder] = []
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADING.finditer(text)]
    if not isinstance(entries, list):
        entries = [entries]
    for number, entry in enumerate(entries):
        line = lines[min(number, len(lines) - 1)] if lines else None
        try:
            folder = _folder(entry, collector)
            if any(each.path == folder.path and each.account != folder.account for each in found):
                raise KeyrackError(f"“folders” has two accounts for {folder.written}.")
            found.append(folder)
        except KeyrackError as error:
            collector.problem(str(error), line=line)
            where = f"{collector.path}, line {line}" if line else collector.path
            return Folders(refusal=f"{where}: {error}")
    return Folders(tuple(found))


def _folder(entry: Any, collector: Collector) -> Folder:
    """Raises KeyrackError."""
    if not isinstance(entry, dict):
        raise KeyrackError(f"“folders” should be tables, [[folders]], but has {kind(entry)}.")
    unknown = next((key for key in entry if key not in KEYS), None)
    if unknown is not None:
        raise KeyrackError(f"“{unknown[:60]}” is not a setting of a folder; it has “path” and “account”.")
    for key in ("path", "account"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise KeyrackError(f"A folder needs “{key}”, a text.")
    written = entry["path"]
    bare = next((written.removesuffix(each) for each in BELOW if written.endswith(each)), written)
    if "*" in bare:
        raise KeyrackError(f"“path” {written}: only /** at the end is supported.")
    env, platform = collector.env, collector.platform
    path = paths.expand(env, platform, bare or "/", "")
    if not paths.is_absolute(platform, path):
        raise KeyrackError(f"“path” {written} should begin with / or ~/.")
    try:
        return Folder(written, path, account_name(entry["account"]))
    except KeyrackError as error:
        raise KeyrackError(f"“account”: {error}") from None


def account_here(env: Env, cwd: str, table: Folders | None) -> AccountHere | None:
    """The account of KEYRACK_ACCOUNT, else of the longest folder that contains `cwd`; None if neither has
    one. Links are resolved on both sides."""
    if env.get(VARIABLE, "").strip():
        try:
            return AccountHere(account_name(env[VARIABLE]), f"{VARIABLE} is set")
        except KeyrackError as error:
            return AccountHere("", refusal=f"{VARIABLE}: {error}")
    if table is None or not (table.folders or table.refusal):
        return None
    if table.refusal:
        return AccountHere("", refusal=table.refusal)
    if _is_deleted(cwd):
        return AccountHere("", refusal="The current folder has been deleted, so its account is unknown.")
    for folder in _upwards(cwd):
        for each in table.folders:
            if _is_same(each.path, folder):
                return AccountHere(each.account, f"keyrack runs in {each.written}")
    return None


def _upwards(cwd: str) -> Sequence[str]:
    """The folder and those above it, the longest first."""
    found = [os.path.realpath(cwd)]
    while (above := os.path.dirname(found[-1])) != found[-1]:
        found.append(above)
    return found


def _is_same(path: str, folder: str) -> bool:
    """Also for another spelling of the same folder, where the file system ignores case."""
    if os.path.realpath(path) == folder:
        return True
    try:
        return os.path.samefile(path, folder)
    except OSError:
        return False


def _is_deleted(cwd: str) -> bool:
    """`paths.current_folder` gives the root then."""
    if cwd != os.sep:
        return False
    try:
        os.getcwd()
    except OSError:
        return True
    return False
