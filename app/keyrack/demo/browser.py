"""Approves the demo's sign-in automatically on a machine where no browser can open."""

from __future__ import annotations

import re
import threading
import urllib.request
from html import unescape
from urllib.error import URLError
from urllib.parse import urljoin

READ_TIME = 1.5  # seconds that the sign-in screen is shown before the approval
TIMEOUT = 10.0
NOTE = "If no browser opens, the demo signs in by itself."


def approving(url: str, wait: float = READ_TIME) -> bool:
    """Approve the request at `url` from a thread, as a person would in a browser."""

    def approve() -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=TIMEOUT) as page:
                at, text = page.geturl(), page.read().decode()
            action = re.search(r"action='([^']+)'", text)
            if action:
                target = urllib.request.Request(  # noqa: S310  # the page's own form, on loopback
                    urljoin(at, unescape(action[1])), data=b"answer=approve"
                )
                opener.open(target, timeout=TIMEOUT).close()
        except (URLError, OSError):
            pass  # the login was canceled, so nobody listens any more

    timer = threading.Timer(wait, approve)
    timer.daemon = True
    timer.start()
    return True
