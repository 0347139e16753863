"""Signs in and consents as a user in a browser would, with httpx."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx

PAGES = 12  # more than any server here shows
CANCEL = re.compile(r"<a href=\"([^\"]+)\">\[ Cancel \]</a>")  # oidc-provider's, on each of its pages


def sign_in(url: str, *, deny: bool = False, code: str = "") -> str:
    """Walk the pages from `url`; the last page's text, which is the callback's.

    `code` is typed where a page asks for the code of another device.
    """
    return walk(url, deny=deny, code=code).text


def walk(url: str, *, deny: bool = False, code: str = "") -> httpx.Response:
    """The same, with the last page's address."""
    with _browser() as client:
        return _through(client, url, deny=deny, code=code)


def _browser() -> httpx.Client:
    return httpx.Client(follow_redirects=True, trust_env=False, timeout=20)


def _through(
    client: httpx.Client,
    url: str,
    *,
    deny: bool = False,
    code: str = "",
    see: Callable[[str], object] = lambda page: None,
) -> httpx.Response:
    """Walk the pages, each of which `see` gets."""
    page = client.get(url)
    for _ in range(PAGES):
        see(page.text)
        if deny and (cancel := CANCEL.search(page.text)):
            return client.get(urljoin(str(page.url), unescape(cancel[1])))
        form = re.search(r"<form[^>]*?action=[\"']([^\"']+)[\"']", page.text)
        if form is None:
            return page
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        fields |= {"login": "alice", "password": "any", "answer": "deny" if deny else "approve"}
        if 'placeholder="Enter code"' in page.text:
            fields["user_code"] = code
        page = client.post(urljoin(str(page.url), unescape(form[1])), data=fields)
    raise AssertionError(f"the sign-in did not end; it stands at {page.url}")


class Session:
    """A browser that keeps its cookies, as people's do; counts the pages that asked for the password."""

    def __init__(self) -> None:
        self._client = _browser()
        self.passwords = 0

    def __call__(self, url: str) -> None:
        _through(self._client, url, see=self._see)

    def _see(self, page: str) -> None:
        self.passwords += 'type="password"' in page

    def close(self) -> None:
        self._client.close()


class Person:
    """`browse` for wiring.adapters: signs in from a thread, as a browser beside keyrack does."""

    def __init__(self, act: Callable[[str], object] = sign_in) -> None:
        self.urls: list[str] = []
        self._act = act
        self._threads: list[threading.Thread] = []

    def __call__(self, url: str) -> bool:
        self.urls.append(url)
        thread = threading.Thread(target=self._act, args=(url,), daemon=True)
        thread.start()
        self._threads.append(thread)
        return True

    def leave(self) -> None:
        """Wait until every window is closed."""
        for thread in self._threads:
            thread.join(20)


if __name__ == "__main__":  # what BROWSER names: a window, in a process of its own
    log = os.environ["SIGN_IN_LOG"]
    with Path(log).open("a") as file:
        file.write(f"{sys.argv[1]}\n")
    sign_in(sys.argv[1], deny=os.environ.get("SIGN_IN") == "deny")
