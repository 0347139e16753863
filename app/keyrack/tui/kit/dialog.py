"""A dialog: a titled box over the list."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from keyrack.tui.host import Host, host_of
from keyrack.tui.kit.present import more
from keyrack.tui.kit.styles import BOX

Answer = TypeVar("Answer")


class Box(Vertical):
    """The frame; its title may hold anybody's words. It says below what more there is to scroll to."""

    def __init__(
        self, head: Content, *, foot: Content = Content(""), id: str | None = None, classes: str = ""
    ) -> None:
        super().__init__(id=id, classes=f"box {classes}")
        self.border_title, self.border_subtitle = head, foot
        self._foot = foot

    def on_mount(self) -> None:
        for name in ("virtual_size", "scroll_y"):
            self.watch(self, name, self._changed)

    def on_resize(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self.call_after_refresh(self._tell_more)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.uncover(event.widget)

    def uncover(self, widget: Widget) -> None:
        """Scroll a widget out from under the key line or the buttons, which stay at the bottom."""

        def scroll() -> None:
            docked = [each for each in self.query("KeyLine, .buttons") if each.styles.dock == "bottom"]
            if any(each in docked for each in widget.ancestors_with_self):
                return
            lines = [each.region.y for each in docked]
            hidden = widget.region.bottom - min(lines) if lines else 0
            if hidden > 0:
                self.scroll_relative(y=hidden, animate=False)

        self.call_after_refresh(scroll)

    def _tell_more(self) -> None:
        self.border_subtitle = more(self.scroll_y > 0, self.scroll_y < self.max_scroll_y) or self._foot


class Dialog(ModalScreen[Answer]):
    """Closes on escape without a result."""

    CSS_PATH: ClassVar = BOX
    # Where a key deletes, revokes, overwrites or shows what is secret: none is taken before a pause.
    GUARDED: ClassVar = False

    def __init__(self) -> None:
        super().__init__(classes="dialog")
        self._over = False

    @property
    def host(self) -> Host:
        return host_of(self)

    @property
    def is_open(self) -> bool:
        """False once it has been dismissed. It is attached for a moment longer, but has no widgets."""
        return self in self.app.screen_stack

    def action_close(self) -> None:
        self.dismiss(None)

    def close_by_itself(self) -> None:
        """Close without a key; if another screen is on top, as soon as that has closed."""
        self._over = True
        if self.is_active:
            self.action_close()

    def on_screen_resume(self) -> None:
        if self._over:
            self.call_later(self.close_by_itself)
