"""Parsing TOML. The parser is imported only when there is a file to parse."""

from __future__ import annotations

import re
from typing import Any

from keyrack.system.files import Malformed


def parse(text: str) -> dict[str, Any]:
    """Raises Malformed. A duplicate key makes the whole file invalid (TOML 1.0)."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        # Only the first words: some messages go on to quote the file.
        what = re.split(r"[\"'(:]", str(error), maxsplit=1)[0].strip()
        raise Malformed(f"It is not valid TOML{f' ({what})' if what else ''}.", line) from None
    except RecursionError:
        raise Malformed("It is nested too deeply for a configuration file.") from None
    except ValueError:
        raise Malformed("It contains an invalid number or date.") from None
