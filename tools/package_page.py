"""Build hook: the package page's text is the README with absolute links.

Relative links and pictures do not work on PyPI. They are resolved against the repository's address,
which pyproject.toml has in one place ([project.urls]).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^]]*)\]\((?!https?:|#|mailto:)(?P<path>[^)]+)\)")

# A picture for dark and one for light pages is written in HTML.
PICTURE = re.compile(r'(?P<attribute>\bsrc(?:set)?=")(?!https?:)(?P<path>[^"]+)')


def with_absolute_links(text: str, repository: str) -> str:
    """Markdown whose relative links lead to the repository, and whose pictures are its raw files."""

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link["picture"] else "blob"
        return f"{link['picture']}[{link['text']}]({repository}/{kind}/HEAD/{link['path']})"

    return PICTURE.sub(rf"\g<attribute>{repository}/raw/HEAD/\g<path>", LINK.sub(absolute, text))


class PackagePage(MetadataHookInterface):
    """Sets `project.readme`, which is dynamic in pyproject.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = with_absolute_links(text, metadata["urls"]["Repository"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
