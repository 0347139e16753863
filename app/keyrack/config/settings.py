"""Reads keyrack's own settings.

Nothing is guessed: if a setting can't be read, no store is used.
"""

from __future__ import annotations

from keyrack.domain.settings import Settings, settings_of
from keyrack.system import files, paths
from keyrack.system.paths import Env


def read(env: Env, platform: str) -> Settings:
    """The settings in the file. Bad content never raises: `refusal` says why no store can be used.

    Other problems are reported where the file's servers are read.
    """
    path = paths.config_file(env, platform)
    try:
        text = files.read_text(path)
    except files.NoFile:
        return Settings()
    except files.BadFile as error:
        return _unknown(path, str(error))
    from keyrack.system import toml
    from keyrack.system.files import Malformed

    try:
        data = toml.parse(text)
    except Malformed as error:
        return _unknown(f"{path}, line {error.line}" if error.line else path, str(error))
    settings = settings_of(data, lambda sentence: None)
    if settings.refusal:
        return _unknown(path, settings.refusal)
    if not settings.vault_identity:
        return settings
    folder = paths.config_dir(env, platform)
    return settings._replace(vault_identity=paths.expand(env, platform, settings.vault_identity, folder))


def _unknown(where: str, sentence: str) -> Settings:
    return Settings(
        refusal=f"{where}: {sentence} Until this is fixed, keyrack does not know where to store credentials."
    )
