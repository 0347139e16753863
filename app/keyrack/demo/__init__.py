"""`keyrack demo`: a sandbox to try keyrack in. None of the user's own data is touched."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError


def run_demo() -> int:
    """Run the screen in a sandbox. Raises KeyrackError if a package is missing."""
    from keyrack.demo.needs import how_to_install, missing

    if missing():
        names = " and ".join(missing())
        raise KeyrackError(f"The demo servers need {names}.", hint=f"Run: {how_to_install()}")
    print("Starting the demo servers…", flush=True)
    from keyrack.demo.browser import NOTE, approving
    from keyrack.demo.sandbox import sandbox
    from keyrack.net.browser import open_browser
    from keyrack.tui import run_tui

    with sandbox(lambda url: open_browser(url) or approving(url)) as world:
        return run_tui(lambda: world.adapters, banner="demo", sign_in_note=NOTE)
