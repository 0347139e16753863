"""Fields for the entries of a table, such as headers: as many as are needed, and an empty one."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static


class LinesField(Vertical):
    """Its text has a line for each entry."""

    def __init__(self, label: str, text: str, placeholder: str, *, id: str) -> None:
        super().__init__(id=id)
        self._label, self._lines, self._placeholder = label, text.splitlines(), placeholder

    def compose(self) -> ComposeResult:
        for text in (*self._lines, ""):
            yield self._line(text)

    def _line(self, text: str) -> Horizontal:
        entry = Input(text, placeholder=self._placeholder, compact=True)
        return Horizontal(Static(self._label, classes="label"), entry, classes="field")

    @property
    def text(self) -> str:
        return "\n".join(entry.value.strip() for entry in self.query(Input) if entry.value.strip())

    @on(Input.Changed)
    def _changed(self) -> None:
        """Where the last one is used, there is another one below it."""
        if all(entry.value for entry in self.query(Input)):
            self.mount(self._line(""))
