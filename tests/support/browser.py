"""A user with a real Chromium, driven through chromedriver's WebDriver protocol.

As a program it is what BROWSER names: it lets go at once, as desktop launchers do, and
goes on in a process of its own, which writes what it sees to a log and ends at the callback.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # Pages may name fonts elsewhere; nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element
LIMIT = 90.0  # seconds for the whole visit


def need_browser() -> None:
    """Skip (or fail, where all is required) without Chromium."""
    from support.require import need  # not there when this file runs as a program

    present = any(map(shutil.which, CHROMIUMS)) and shutil.which("chromedriver") is not None
    need("Chromium with chromedriver (apt-get install chromium chromium-driver)", present)


def command(folder: Path) -> tuple[str, Path]:
    """A program for BROWSER, and the log that its visits are written to."""
    program, log = folder / "browser", folder / "browser.log"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "{log}" "$@"\n')
    program.chmod(0o755)
    return str(program), log


class Driver:
    """As much of WebDriver as a sign-in takes."""

    def __init__(self, profile: str) -> None:
        self._process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if started := re.search(r"successfully on port (\d+)", line):
                self._base = f"http://127.0.0.1:{started[1]}"
                break
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        binary = next(filter(None, map(shutil.which, CHROMIUMS)))
        options = {"binary": binary, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options}}
        self._base += "/session/" + self.call("POST", "/session", {"capabilities": wanted})["sessionId"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._base + path, data=data, method=method)
        with self._opener.open(request, timeout=LIMIT) as reply:
            return json.load(reply)["value"]

    def find(self, selector: str) -> str | None:
        """The path of the first such element, or None."""
        try:
            found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        except HTTPError as error:
            error.close()
            return None
        return f"/element/{found[ELEMENT]}"

    def close(self) -> None:
        try:
            self.call("DELETE", "")
        finally:
            self._process.terminate()
            self._process.wait()


def visit(url: str, say: Any) -> None:
    """Sign in and consent, page by page, until the callback has answered."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = Driver(profile)
        try:
            driver.call("POST", "/url", {"url": url})
            end = time.monotonic() + LIMIT
            while time.monotonic() < end:
                try:
                    if _go_on(driver, say):
                        return
                except HTTPError as error:  # the page went while it was looked at
                    error.close()
            say("gave up")
        finally:
            driver.close()


def _go_on(driver: Driver, say: Any) -> bool:
    """Do what the page asks for. Is it the callback's, which ends the visit?"""
    address = urlsplit(driver.call("GET", "/url"))
    if address.path.endswith("/callback"):
        body = driver.find("body")
        say(f"callback: {driver.call('GET', f'{body}/text') if body else ''!r}")
        return True
    if field := driver.find("input[name=login]"):
        driver.call("POST", f"{field}/value", {"text": "alice"})
    if field := driver.find("input[name=password]"):
        driver.call("POST", f"{field}/value", {"text": "any password"})
    if button := driver.find("form [type=submit], form button[value=approve]"):
        say(f"page: {driver.call('GET', '/title')!r} at {address.path.split('/')[1]}")
        driver.call("POST", f"{button}/click")
    return False


def main(log: str, *words: str) -> None:
    def say(text: str) -> None:
        with open(log, "a", encoding="utf-8") as file:
            file.write(text + "\n")

    if words[0] != "--stay":
        child = [sys.executable, __file__, log, "--stay", *words]
        with open(os.devnull, "r+b") as nowhere:
            subprocess.Popen(child, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
        return
    try:
        visit(words[1], say)
    except Exception as error:
        say(f"failed: {error!r}")
    finally:
        say("closed")


if __name__ == "__main__":
    main(*sys.argv[1:])
