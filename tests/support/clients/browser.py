"""A browser that programs open: someone signs in there over HTTP and consents; or nobody is there.

    browser.py LOG URL

Notes the URL in LOG and returns at once, as most browsers do. Where a file LOG.away lies, that is all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]


def main(log: str, *words: str) -> None:
    if words[0] == "--stay":
        sys.path.insert(0, str(TESTS))
        from support.signing_in import sign_in

        sign_in(words[1])
        return
    urls = [word for word in words if word.startswith(("http://", "https://"))]
    with open(log, "a", encoding="utf-8") as file:
        file.write("".join(f"{url}\n" for url in urls))
    if urls and not os.path.exists(f"{log}.away"):
        with open(os.devnull, "r+b") as nowhere:
            subprocess.Popen(
                [sys.executable, __file__, log, "--stay", urls[0]],
                stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True,
            )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
