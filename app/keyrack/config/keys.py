"""Reads the screen's keys in keyrack's own file."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError
from keyrack.domain.own_keys import OwnKeys, keys_of
from keyrack.system import files, paths
from keyrack.system.paths import Env


def read(env: Env, platform: str) -> OwnKeys:
    """Never raises: what is wrong with the file is reported where its servers are read.

    It is read before the first frame, so a file without keys is not parsed.
    """
    try:
        path = paths.config_file(env, platform)
        text = files.read_text(path)
    except (KeyrackError, files.NoFile, files.BadFile):
        return OwnKeys()
    if "keys" not in text:
        return OwnKeys()
    from keyrack.system import toml

    try:
        return OwnKeys(path, keys_of(toml.parse(text), lambda sentence: None))
    except files.Malformed:
        return OwnKeys()
