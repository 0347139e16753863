"""The terminal user interface. Its modules are imported only when it starts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters
    from keyrack.operations.ports.screen import ScreenState


def run_tui(
    adapters_factory: Callable[[], Adapters],
    *,
    banner: str = "",
    sign_in_note: str = "",
    state: ScreenState | None = None,
    demo: Callable[[], int] | None = None,
) -> int:
    """Show the list until the user quits, and return the exit code.

    `adapters_factory` is called once, off the UI thread, after the first frame. `banner` is
    shown in the header line (the demo uses it), `sign_in_note` below the sign-in address of a
    login. What the screen remembers is read from `state` before the first frame, and written there; without
    one, nothing is remembered. `demo` runs the demo, which an empty list offers.

    Raises KeyrackError before anything is shown if the screen would be a web page.
    """
    from keyrack.tui.app import KeyrackApp, refuse_web_driver
    from keyrack.tui.terminal.background import light_in

    light = light_in(os.environ)
    app = KeyrackApp(adapters_factory, banner=banner, sign_in_note=sign_in_note, state=state, light=light)
    refuse_web_driver(app.driver_class)
    with app.signals.taken():
        app.run()
        app.remembering.write()
    if app.wants_demo and demo is not None:
        return demo()
    return app.return_code or 0
