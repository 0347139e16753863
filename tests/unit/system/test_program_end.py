"""Ending the program reliably."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import threading, time
from keyrack.system.ending import hold_exit, end_soon, cleaned_up

def refresh():
    with hold_exit(30):
        begun.set()
        time.sleep(0.5)
        print("saved", flush=True)

begun = threading.Event()
with cleaned_up(lambda: print("clean", flush=True)):
    if {refreshing}:
        threading.Thread(target=refresh, daemon=True).start()
        begun.wait()
    end_soon(7, grace=0.05)
    threading.Thread(target=threading.Event().wait).start()  # would keep the program running for ever
    {then}
"""


def end(refreshing: bool, then: str) -> tuple[int, list[str]]:
    program = PROGRAM.format(refreshing=refreshing, then=then)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    return run.returncode, run.stdout.split()


def test_it_ends_though_the_main_thread_is_stuck() -> None:
    assert end(False, "threading.Event().wait()") == (7, ["clean"])


def test_it_ends_though_another_thread_never_does() -> None:
    assert end(False, "raise SystemExit(7)") == (7, ["clean"])


def test_a_refresh_that_was_begun_is_waited_for() -> None:
    assert end(True, "threading.Event().wait()") == (7, ["saved", "clean"])
