"""A dialog that asks whether to make a change to another program's store, after it has been planned."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Answer
from keyrack.tui.kit.reading import ReadingDialog

Plan = TypeVar("Plan")


class PlanDialog(ReadingDialog[Answer], Generic[Answer, Plan]):
    """`read` returns the plan. If it fails, the reason is shown, and the dialog closes by itself."""

    BINDINGS: ClassVar = [*keymap.ASK]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self) -> None:
        super().__init__()
        self.plan: Plan | None = None

    def take(self, found: Plan | None) -> None:
        self.plan = found

    def filled(self) -> None:
        if self.plan is None:
            self.close_by_itself()
