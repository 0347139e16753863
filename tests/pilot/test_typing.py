"""Typing never does harm: a key goes to the screen that it was typed for, or to none."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from textual import events
from textual._time import get_time
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Button, Input

import keyrack.tui
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.receipt import Receipt
from keyrack.tui.app import KeyrackApp
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.kit import keymap
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.dialog import Dialog
from keyrack.tui.kit.keyboard import QUIET
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.many.clear_marked import ClearMarkedScreen
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.main import MainScreen
from keyrack.tui.servers.sources import SourcesScreen
from support.bursts import typed, until_quiet
from support.held_rows import connectable_parts
from support.screens import LIMIT, Terminal, app_with, screen_test, terminal
from support.vault_screens import NewParts


class Clears(list[str]):
    """What was cleared."""

    def __call__(self, adapters: Any, server: Any, **how: Any) -> Receipt:
        self.append(server.name)
        return Receipt(())


@pytest.fixture(autouse=True)
def cleared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clears]:
    """In place of the real operation."""
    cleared = Clears()
    monkeypatch.setattr(clear_op, "clear", cleared)
    yield cleared


def click(t: Terminal, x: int, y: int, when: float) -> None:
    for kind in (events.MouseDown, events.MouseUp):
        press = kind(None, x=x, y=y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False,
                     screen_x=x, screen_y=y)  # fmt: skip
        press.time = when
        t.app.post_message(press)


def drawn_at(t: Terminal) -> float:
    """When the screen on top was there to be seen; 0 before that."""
    return t.app.keyboard._drawn_at or 0.0


def top(t: Terminal) -> Screen[Any]:
    return t.app.screen


@screen_test
async def test_a_name_typed_quickly_is_in_the_filter_to_its_last_letter(cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        typed(t, "/dynatrace")
        await until_quiet(t)
        assert t.main.query_one(FilterLine).value == "dynatrace"
        assert isinstance(top(t), MainScreen) and cleared == []


@screen_test
async def test_after_enter_in_the_filter_the_next_key_is_for_the_row_that_is_left() -> None:
    async with terminal(app_with()) as t:
        typed(t, "/linear\rd")
        await until_quiet(t)
        await t.sees("Clear credential for linear?")
        assert t.main.query_one(FilterLine).value == "linear"


@screen_test
async def test_a_burst_that_opens_clear_does_not_answer_it(cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        typed(t, "dyyyy\ry")
        await until_quiet(t)
        assert isinstance(top(t), ClearScreen)
        await t.press("y")  # after a pause
        await t.until(lambda: cleared == ["linear"])


@screen_test
async def test_clear_takes_no_key_before_a_pause_of_300_ms_and_its_default_is_cancel(cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("d")
        await t.sees("Clear (y)")
        for late in (0.1, 0.35, 0.6):  # each of them 250 ms after the one before it
            typed(t, "y", drawn_at(t) + late)
        await until_quiet(t)
        assert cleared == [] and isinstance(top(t), ClearScreen)
        assert isinstance(t.app.focused, Button) and t.app.focused.id == "no"
        typed(t, "\r", drawn_at(t) + 0.6 + QUIET)
        await t.until(lambda: isinstance(top(t), MainScreen))
        assert cleared == []


BURSTS = ("dynatrace", "Dy\ry", "dy dy dy", "dn/y", "d\x1bdy", "Kmy", "dddy", "jdyjdy")


@pytest.mark.parametrize("burst", BURSTS)
@screen_test
async def test_no_burst_on_the_list_clears_anything(burst: str, cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        typed(t, burst)
        await until_quiet(t)
        assert cleared == []


@pytest.mark.parametrize("burst", ["*dy", "*d\t\ry", "*ly", "*l\r\r"])
@screen_test
async def test_no_burst_over_all_that_are_marked_clears_or_logs_in(burst: str, cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        typed(t, burst)
        await until_quiet(t)
        assert cleared == [] and isinstance(top(t), ClearMarkedScreen | LoginStartScreen)


@screen_test
async def test_a_dialog_that_opens_late_takes_no_key_of_those_that_were_being_typed(cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        answers: list[bool | None] = []
        start = get_time()
        for n in range(8):
            typed(t, "y", start + n * 0.1)  # before it, while it opens, and after it was drawn
            if n == 3:
                t.app.push_screen(ConfirmScreen("Move", "", "Move all?", "Move"), answers.append)
        await until_quiet(t)
        assert answers == [] and isinstance(top(t), ConfirmScreen)


@screen_test
async def test_a_harmless_screen_that_opens_by_itself_takes_no_key_of_a_burst_either() -> None:
    from keyrack.tui.kit.help import HelpScreen

    async with terminal(app_with()) as t:
        typed(t, "/lin")
        await until_quiet(t)
        t.app.push_screen(HelpScreen())
        await t.sees("Selected server")
        for n, char in enumerate("earq"):  # went on typing; q would close it
            typed(t, char, drawn_at(t) + 0.1 + n * 0.25)
        await until_quiet(t)
        assert isinstance(top(t), HelpScreen)
        await t.press("q")
        await t.until(lambda: isinstance(top(t), MainScreen))


@screen_test
async def test_a_key_for_a_dialog_that_closes_by_itself_is_not_taken_by_the_list() -> None:
    from keyrack.tui.kit.help import HelpScreen

    async with terminal(app_with()) as t:
        box = HelpScreen()
        t.app.push_screen(box)
        await t.sees("Selected server")
        await t.until(t.app.keyboard.ready)
        box.close_by_itself()
        await t.until(lambda: isinstance(top(t), MainScreen))
        await t.until(lambda: drawn_at(t) > 0)
        typed(t, "q", drawn_at(t) + 0.2)  # closes the help, and would end the program
        await until_quiet(t)
        assert t.app.is_running and t.app.return_code is None


@screen_test
async def test_what_follows_the_key_that_opens_a_form_is_in_its_field() -> None:
    async with terminal(app_with()) as t:
        typed(t, "adynatrace")
        await until_quiet(t)
        assert t.app.screen.query_one("#name", Input).value == "dynatrace"
        await t.press("escape")
        await t.select("linear")
        typed(t, "tsecret\r")  # but nothing that would go on or save
        await until_quiet(t)
        assert t.app.screen.query_one(SecretInput).secret.reveal() == "secret"
        assert t.app.screen.query_one(SecretInput).has_focus


@screen_test
async def test_a_key_typed_before_a_screen_was_drawn_is_not_for_it() -> None:
    async with terminal(app_with()) as t:
        typed(t, "?q")  # the help would close, or the program end
        await until_quiet(t)
        await t.sees("Selected server")
        assert t.app.is_running


@screen_test
async def test_a_key_that_comes_back_from_a_screen_is_not_looked_up_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Textual looks up what is bound to a key when its event has come back to the application."""
    async with terminal(app_with()) as t:
        answers: list[bool | None] = []

        take = t.table._forward_event

        def open_meanwhile(event: events.Event) -> None:
            t.app.push_screen(ConfirmScreen("Move", "", "Move all?", "Move"), answers.append)
            take(event)

        monkeypatch.setattr(t.table, "_forward_event", open_meanwhile)
        typed(t, "y")
        await t.until(lambda: isinstance(top(t), ConfirmScreen))
        await until_quiet(t)
        assert answers == []


@screen_test
async def test_text_that_loses_its_field_goes_nowhere() -> None:
    async with terminal(app_with()) as t:
        typed(t, "/lin")
        await until_quiet(t)
        t.app.screen.set_focus(t.table)
        await t.until(lambda: t.app.focused is t.table)
        typed(t, "da", drawn_at(t) + 0.2)
        await until_quiet(t)
        assert isinstance(top(t), MainScreen)


@screen_test
async def test_a_key_on_the_details_is_for_the_server_whose_details_they_are() -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("enter")
        await t.select("notion")  # as where the list changes beneath
        await t.press("d")
        await t.sees("Clear credential for linear?")


@screen_test
async def test_quit_and_the_palette_are_for_every_screen() -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.pilot.press("d", "ctrl+q")
        await t.until(lambda: not t.app.is_running)


@screen_test
async def test_a_dialog_that_opened_while_the_terminal_had_no_focus_has_its_default() -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        t.app.post_message(events.AppBlur())
        await t.until(lambda: not t.app.app_focus)
        t.app.push_screen(ConfirmScreen("Move", "", "Move all?", "Move"))
        await t.sees("Move all?")
        t.app.post_message(events.AppFocus())
        await t.until(lambda: t.app.focused is not None and t.app.focused.id == "no")


@pytest.mark.parametrize("key", ["n", "N", "p"])
@screen_test
async def test_a_key_that_is_held_down_opens_one_dialog(key: str) -> None:
    adapters, awake = connectable_parts(), Event()

    def slowly() -> Any:
        assert awake.wait(LIMIT)
        return adapters.other_programs()

    awake.set()
    async with terminal(app_with(adapters._replace(other_programs=slowly))) as t:
        await t.select("linear")
        awake.clear()
        typed(t, key * 5)
        await until_quiet(t)
        awake.set()
        await t.until(lambda: isinstance(top(t), Dialog))
        await until_quiet(t)
        await t.pilot.pause(0.1)
        assert len(t.app.screen_stack) == 2


@screen_test
async def test_a_locked_vault_asks_for_its_passphrase_once(locked: NewParts) -> None:
    async with terminal(KeyrackApp(locked)) as t:
        await t.until(lambda: t.main.store is not None)
        typed(t, "KKrK")
        await until_quiet(t)
        await t.sees("Unlock the sealed vault")
        await t.pilot.pause()
        assert len(t.app.screen_stack) == 2


@screen_test
async def test_what_ends_while_its_dialog_closes_does_not_look_for_its_widgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with terminal(app_with()) as t:
        await t.press("i")
        await t.sees("Where keyrack looks")
        box = top(t)
        assert isinstance(box, SourcesScreen)
        box.action_look()
        box.action_close()
        assert box.is_attached and not box.is_open
        with monkeypatch.context() as patch:
            patch.delattr(SourcesScreen, "_text")  # nothing is there any more
            box._looked()


@screen_test
async def test_a_second_click_does_not_hit_what_the_first_one_opened(cleared: Clears) -> None:
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("d")
        await t.sees("Clear (y)")
        button = t.widget("#yes").region
        click(t, button.x + 2, button.y, get_time() - 10)  # before it was drawn
        await until_quiet(t)
        assert isinstance(top(t), ClearScreen) and cleared == []


@screen_test
async def test_a_click_on_what_has_just_gone_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(app_with()) as t:
        await t.sees("i Show")
        gone = t.widget("#problems")
        where = gone.region
        with monkeypatch.context() as patch:
            patch.setattr(t.app.screen, "_refresh_layout", lambda *_, **__: None)  # it is still drawn
            await gone.remove()
            click(t, where.x, where.y, get_time())
            await t.until(lambda: not t.app.message_queue_size)
        await until_quiet(t)
        assert t.app.is_running and isinstance(top(t), MainScreen)


def dialogs() -> Iterator[type[Dialog[Any]]]:
    for module in pkgutil.walk_packages(keyrack.tui.__path__, f"{keyrack.tui.__name__}."):
        importlib.import_module(module.name)
    found = [Dialog]
    while found:
        kind = found.pop()
        found += kind.__subclasses__()
        yield kind


def test_each_dialog_that_asks_before_it_does_something_is_guarded() -> None:
    asks = {"answer", "do"}  # the actions of the keys that delete, revoke, overwrite, move
    for kind in dialogs():
        actions = {
            binding.action.partition("(")[0] for binding in kind.BINDINGS if isinstance(binding, Binding)
        }
        assert kind.GUARDED or not actions & asks, kind


def test_no_key_of_a_guarded_dialog_is_everywhere() -> None:
    everywhere = {key for binding in keymap.APP for key in binding.key.split(",")}
    assert everywhere == {"ctrl+p", "ctrl+q", "ctrl+z"}
