"""A browser for the suite, whose /authorize has no page: one GET that follows redirects."""

from __future__ import annotations

import sys
from urllib.request import ProxyHandler, build_opener

if __name__ == "__main__":
    build_opener(ProxyHandler({})).open(sys.argv[1], timeout=20).read()
