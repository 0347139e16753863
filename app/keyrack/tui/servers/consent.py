"""Shows the questions of `confirm = true`, one after the other, and answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.consent import HandOutRequest
from keyrack.tui.kit.background import Newest, in_background
from keyrack.tui.kit.confirm import ConfirmScreen

if TYPE_CHECKING:
    from keyrack.operations.ports import Consent
    from keyrack.tui.servers.list_screen import ListScreen

LOOK = 1.0  # seconds between two looks for questions


class ConsentScreen(ConfirmScreen):
    """Closes by itself, without an answer, once nobody waits for it."""

    def __init__(self, request: HandOutRequest) -> None:
        super().__init__(request.title, request.server, request.question, "Allow once", no="Refuse")
        self._until = request.until

    def on_mount(self) -> None:
        self.set_interval(0.2, self._look)

    def _look(self) -> None:
        if self.host.now() >= self._until:
            self.close_by_itself()


class ConsentWatch:
    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._newest = Newest(screen, lambda: self._consent().waiting(), self._found, lambda error: None)
        self._shown: set[str] = set()
        self._is_open = False

    def look(self) -> None:
        """Look for a question, off the UI thread, unless one is being shown."""
        if not self._is_open:
            self._newest.run_unless_running()

    def _consent(self) -> Consent:
        return self._screen.host.adapters().consent()

    def _found(self, waiting: tuple[HandOutRequest, ...]) -> None:
        for request in waiting:
            if request.id not in self._shown:
                self._shown.add(request.id)
                self._show(request)
                return

    def _show(self, request: HandOutRequest) -> None:
        def answered(allowed: bool | None) -> None:
            self._is_open = False
            if allowed is None and self._screen.host.now() >= request.until:
                words = f"Nobody answered in time. {request.question} It was refused."
                self._screen.host.say(words, stays=True)
                return
            in_background(
                self._screen,
                lambda: self._consent().answer(request, bool(allowed)),
                lambda nothing: self.look(),
                self._screen.host.say_error,
            )

        self._is_open = True
        self._screen.host.push_screen(ConsentScreen(request), answered)
