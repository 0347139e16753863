"""The list of a login's steps: done, running and to come."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from keyrack.oauth.effects import Step
from keyrack.tui.kit.present import join, say, step_glyph
from keyrack.wording.signs import BESIDE
from keyrack.wording.tones import Tone

# The expected steps in order, shown until the flow reports them.
AHEAD = (
    ("probe", "Ask the server"),
    ("discover", "Find the authorization server"),
    ("register", "Register this app"),
    ("sign-in", "Sign in with the browser"),
    ("exchange", "Exchange the code"),
    ("try", "Test the token on the server"),
    ("save", "Save and verify"),
)


class StepLine(Horizontal):
    def __init__(self, title: str) -> None:
        super().__init__()
        self._glyph = Static(step_glyph("ahead"), classes="glyph")
        self._words = Static(say(title, Tone.DIM), classes="what")
        self._side = Static("", classes="side")
        self.state = "ahead"
        self._step: Step | None = None

    def compose(self) -> ComposeResult:
        yield self._glyph
        yield self._words
        yield self._side

    def show(self, step: Step) -> None:
        self.state = step.state
        self._step = step
        tone = {"running": Tone.STRONG, "failed": Tone.BAD}.get(step.state, Tone.PLAIN)
        # The error that ends the login is shown below the steps, with its hint.
        ended = step.state == "failed" and step.key not in BESIDE
        detail = "" if ended else step.detail.removeprefix("https://")
        self._glyph.update(step_glyph(step.state))
        self._words.update(
            join(say(step.title, tone, limit=120), say(f"  {detail}" if detail else "", Tone.DIM))
        )
        took = f"{step.seconds:.1f} s" if step.state != "running" and step.seconds >= 0.05 else ""
        self.show_side(say(took, Tone.DIM))

    def fail(self) -> None:
        """Mark the step as failed, unless it never started."""
        if self._step is not None:
            self.show(self._step._replace(state="failed", seconds=0.0))

    def show_side(self, words: Content) -> None:
        self._side.update(words)


class StepList(Vertical):
    """One line for each step key. An unexpected step is added where it occurs."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, StepLine] = {}

    def compose(self) -> ComposeResult:
        self._lines = {key: StepLine(title) for key, title in AHEAD}
        yield from self._lines.values()

    async def reset(self) -> None:
        """Mark all steps as to come again."""
        await self.remove_children()
        self._lines = {key: StepLine(title) for key, title in AHEAD}
        await self.mount(*self._lines.values())

    def show(self, step: Step) -> None:
        line = self._lines.get(step.key)
        if line is None:
            line = self._lines[step.key] = StepLine(step.title)
            following = next(
                (other for other in self._lines.values() if other.state == "ahead" and other is not line),
                None,
            )
            self.mount(line, before=following)
        line.show(step)
        self._hide_skipped(line)

    def line(self, key: str) -> StepLine | None:
        return self._lines.get(key)

    def fail(self, key: str) -> None:
        """Show that the login failed at this step."""
        self._lines[key].fail()

    @property
    def running(self) -> str | None:
        """The key of the running step."""
        return next((key for key, line in self._lines.items() if line.state == "running"), None)

    def _hide_skipped(self, reached: StepLine) -> None:
        # With a client ID from the configuration, the registration step never occurs.
        for line in self.query(StepLine):
            if line is reached:
                return
            if line.state == "ahead":
                line.display = False
