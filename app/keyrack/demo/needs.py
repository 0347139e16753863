"""The packages that the demo's servers need besides keyrack, and how to install them.

Never by keyrack's name on the public index, which somebody else may own.
"""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = {"mcp": "mcp>=2.3,<3", "uvicorn": "uvicorn>=0.34"}  # as in pyproject.toml


def missing() -> list[str]:
    """The packages that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def how_to_install() -> str:
    """The command to type, which works in any folder."""
    folder = _checkout()
    if folder is not None:
        return f"make -C {shlex.quote(str(folder))} demo"
    wanted = " ".join(shlex.quote(requirement) for requirement in NEEDED.values())
    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:  # for example in an environment created by uv
        return f"uv pip install --python {python} {wanted}"
    return f"{python} -m pip install {wanted}"


def _checkout() -> Path | None:
    """The folder of keyrack's sources, if it runs in them or was installed from them."""
    for folder in (Path(__file__).parents[3], _installed_from()):
        if folder is not None and all((folder / name).is_file() for name in ("Makefile", "tools/install.sh")):
            return folder
    return None


def _installed_from() -> Path | None:
    """The folder in direct_url.json (PEP 610)."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote, urlsplit

    try:
        url = json.loads(distribution("keyrack").read_text("direct_url.json") or "{}").get("url", "")
    except (PackageNotFoundError, ValueError):
        return None
    adapters = urlsplit(url)
    return Path(unquote(adapters.path)) if adapters.scheme == "file" and adapters.path else None
