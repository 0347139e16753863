"""Adding, changing and removing servers of keyrack's own file on the screen, and opening files."""

from __future__ import annotations

import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Button, Input

from keyrack.oauth.http import Failed, Request
from keyrack.operations.servers import own_entries
from keyrack.system import editor
from keyrack.tui.editing import form as form_module
from keyrack.tui.editing import saving as saving_steps
from keyrack.tui.editing.form import ServerForm
from keyrack.tui.editing.remove import RemoveScreen
from keyrack.tui.servers.sources import SourcesScreen
from keyrack.tui.sharing.which import WhichScreen
from support.bursts import typed, until_quiet
from support.canned import ISSUER, URL, rpc
from support.machine import Machine
from support.screens import LIMIT, Terminal, app_with, screen_test, terminal

OTHER = "https://other.example/mcp"
OWN = f'# mine\n[servers.lab] # l\nurl = "{URL}"\nscopes = ["a"] # why\n'


@pytest.fixture
def m(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.world.routes[f"POST {OTHER}"] = rpc({"tools": []})
    machine.put(".config/keyrack/config.toml", OWN)
    machine.put(".cursor/mcp.json", {"mcpServers": {"far": {"url": "https://far.example/mcp"}}})
    return machine


def servers(m: Machine) -> dict[str, Any]:
    return tomllib.loads(m.config.read_text()).get("servers", {})


def fill(t: Terminal, **texts: str) -> None:
    for key, text in texts.items():
        t.app.screen.query_one(f"#{key}", Input).value = text


async def form(t: Terminal, key: str, name: str = "lab") -> None:
    await t.select(name)
    await t.press(key)
    await t.until(lambda: isinstance(t.app.screen, ServerForm), "the form")


@screen_test
async def test_a_adds_a_server_after_it_has_said_what_it_wants(m: Machine) -> None:
    m.world.routes[f"POST {OTHER}"] = m.world.routes[f"POST {URL}"]
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "a")
        await t.press(*"mine", "enter", *"javascript:1", "ctrl+s")
        await t.sees("“javascript:”")
        await t.press("ctrl+u", *OTHER, "ctrl+s")
        await t.until(lambda: "mine" in servers(m))
        await t.until(lambda: t.selected == "mine", "the new server is selected")
        assert servers(m)["mine"] == {"url": OTHER}
        assert m.config.read_text().startswith(OWN)
        assert t.said()[-1].startswith("Added mine. It wants")


@screen_test
async def test_a_server_that_can_not_be_reached_is_saved_only_with_the_key_for_that(m: Machine) -> None:
    m.world.routes[f"POST {OTHER}"] = Failed("no host is called other.example.")
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "a")
        fill(t, name="mine", url=OTHER)
        await t.press("ctrl+y", "ctrl+s")
        await t.sees("It can't be reached: no host is called other.example.")
        fill(t, name="mine2")
        await t.press("ctrl+y")  # this was not asked
        assert m.config.read_text() == OWN
        fill(t, name="mine")
        await t.press("ctrl+s")
        await t.sees("It can't be reached: no host is called other.example.")
        assert m.config.read_text() == OWN
        await t.press("ctrl+y")
        await t.until(lambda: servers(m).get("mine") == {"url": OTHER})


@screen_test
async def test_escape_stops_the_question_and_saves_nothing(m: Machine) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow(request: Request) -> Any:
        asked.set()
        answer.wait(20)
        return rpc({"tools": []})

    m.world.routes[f"POST {OTHER}"] = slow
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "a")
        fill(t, name="mine", url=OTHER)
        await t.press("ctrl+s")
        await t.sees("Asking the server what it wants…")
        await t.until(asked.is_set)
        await t.press("enter", "escape")
        await t.sees("Stopped. Nothing was saved.")
        answer.set()
        await t.press("escape")
        await t.until(lambda: not isinstance(t.app.screen, ServerForm))
        assert m.config.read_text() == OWN


@screen_test
async def test_what_is_being_saved_is_not_said_to_be_stopped(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving, go = threading.Event(), threading.Event()
    save = saving_steps.save

    def slow(*args: Any) -> Any:
        saving.set()
        go.wait(20)
        return save(*args)

    monkeypatch.setattr(form_module, "save", slow)
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "a")
        fill(t, name="mine", url=OTHER)
        await t.press("ctrl+s")
        await t.until(saving.is_set)
        await t.press("escape", "ctrl+s")
        assert isinstance(t.app.screen, ServerForm)
        assert "Stopped" not in t.text()
        go.set()
        await t.until(lambda: t.said() and t.said()[-1].startswith("Added mine."))


@screen_test
async def test_an_entry_without_a_usable_url_can_be_mended(m: Machine) -> None:
    m.put(".config/keyrack/config.toml", "[servers.lab]\nurl = 5 # no\n")
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "e")
        fill(t, confirm="true")
        await t.press("ctrl+s")
        await t.sees("should be text")
        fill(t, url=OTHER)
        await t.press("ctrl+s")
        await t.until(lambda: servers(m)["lab"] == {"url": OTHER, "confirm": True})


@screen_test
async def test_e_changes_a_server_and_keeps_what_was_not_touched(m: Machine) -> None:
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "e")
        fill(t, name="Main lab", callback_port="8080")
        await t.press("ctrl+o")
        fill(t, pkce="assumed", confirm="true")
        t.app.screen.query_one("#headers").query(Input).first().value = "X-Team: ${TEAM}"
        await t.press("ctrl+s")
        await t.until(lambda: "Main lab" in servers(m))
        assert m.config.read_text() == (
            f'# mine\n[servers."Main lab"] # l\nurl = "{URL}"\nscopes = ["a"] # why\ncallback_port = 8080\n'
            'headers = { X-Team = "${TEAM}" }\nconfirm = true\npkce = "assumed"\n'
        )
        assert f"It wants an OAuth login at {ISSUER}." in t.said()[-1]


@screen_test
async def test_a_field_can_be_emptied_and_every_header_has_a_line(m: Machine) -> None:
    m.put(
        ".config/keyrack/config.toml",
        f'[servers.lab]\nurl = "{URL}"\nscopes = ["a"]\nheaders = {{ A = "b", C = "d" }}\n',
    )
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "e")
        lines = t.app.screen.query_one("#headers").query(Input)
        assert [line.value for line in lines] == ["A: b", "C: d", ""]
        lines.first().value = ""
        fill(t, scopes="")
        await t.press("ctrl+s")
        await t.until(lambda: servers(m)["lab"] == {"url": URL, "headers": {"C": "d"}})


@screen_test
async def test_a_literal_secret_is_never_shown_and_stays(m: Machine) -> None:
    m.put(
        ".config/keyrack/config.toml",
        f'[servers.lab]\nurl = "{URL}"\nclient_secret = "s3cr3t-s3cr3t"\n'
        'headers = { Authorization = "Bearer s3cr3t-s3cr3t" }\n',
    )
    async with terminal(app_with(m.adapters)) as t:
        await form(t, "e")
        assert all("s3cr3t" not in each.value for each in t.app.screen.query(Input))
        fill(t, confirm="true")
        await t.press("ctrl+s")
        await t.until(lambda: servers(m)["lab"].get("confirm") is True)
        assert servers(m)["lab"]["headers"] == {"Authorization": "Bearer s3cr3t-s3cr3t"}
        assert servers(m)["lab"]["client_secret"] == "s3cr3t-s3cr3t"


@screen_test
async def test_the_form_can_be_used_in_a_small_terminal(m: Machine) -> None:
    async with terminal(app_with(m.adapters), size=(60, 20)) as t:
        await form(t, "e")
        await t.press("ctrl+o")
        for _ in range(20):
            await t.press("tab")
            focused = t.app.focused
            assert focused is not None
            line = t.app.screen.query_one("KeyLine").region
            await t.until(lambda f=focused, at=line: 0 < f.region.y < at.y, "the field is seen")
        await t.sees("^s Save")


@pytest.mark.parametrize("key", ["e", "X"])
@screen_test
async def test_for_a_server_of_another_program_the_file_and_the_key_are_named(m: Machine, key: str) -> None:
    async with terminal(app_with(m.adapters)) as t:
        await t.select("far")
        await t.press(key)
        await t.until(lambda: t.said() and "Cursor in" in t.said()[-1])
        assert "line 1. Press o to open it there." in t.said()[-1]


@screen_test
async def test_x_removes_a_server_only_after_a_yes(m: Machine) -> None:
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        await t.press("X")
        await t.until(lambda: isinstance(t.app.screen, RemoveScreen))
        assert t.app.focused is t.app.screen.query_one("#no")
        assert t.app.screen.query_one("#remove", Button).has_class("danger")
        assert not t.app.screen.query("#clear")
        await t.press("enter")
        assert m.config.read_text() == OWN
        await t.press("X")
        await t.until(lambda: isinstance(t.app.screen, RemoveScreen))
        await t.press("y")
        await t.until(lambda: servers(m) == {})
        await t.until(lambda: "lab" not in t.names())


@pytest.mark.parametrize("key", ["e", "X"])
@screen_test
async def test_a_key_that_is_held_down_opens_one_dialog(
    m: Machine, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    awake, read = threading.Event(), own_entries.entry_of

    def slowly(*words: Any) -> Any:
        assert awake.wait(LIMIT)
        return read(*words)

    monkeypatch.setattr(own_entries, "entry_of", slowly)
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        typed(t, key * 5)
        await until_quiet(t)
        awake.set()
        await t.until(lambda: isinstance(t.app.screen, ServerForm | RemoveScreen))
        await t.pilot.pause(0.1)
        assert len(t.app.screen_stack) == 2


@screen_test
async def test_o_that_is_held_down_opens_one_editor(m: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    async with terminal(app_with(m.adapters)) as t:
        ran = Ran(monkeypatch, t)

        def run(argv: tuple[str, ...]) -> int:
            typed(t, "oXo")  # these were still waiting when the editor took the terminal
            ran.argv.append(argv)
            return 0

        monkeypatch.setattr(editor, "run_in_terminal", run)
        await t.select("lab")
        typed(t, "ooo")
        await t.until(lambda: ran.argv)
        await until_quiet(t)
        await t.pilot.pause(0.1)
        assert len(ran.argv) == 1 and t.app.screen is t.main


@screen_test
async def test_the_credential_goes_too_if_that_is_chosen(m: Machine) -> None:
    m.log_in()
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        await t.press("X")
        await t.sees("stays stored")
        await t.press("d")
        await t.until(lambda: m.stored() is None)
        await t.until(lambda: "was deleted" in t.said()[-1])
        assert servers(m) == {}


@screen_test
async def test_the_credentials_of_all_accounts_are_told_before_they_go(m: Machine) -> None:
    m.log_in()
    m.log_in(account="work")
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        await t.press("X")
        await t.until(lambda: "of its 2 accounts, default and work, stay stored" in t.words(".box"))
        m.log_in(account="later")  # in another window
        await t.press("d")
        await t.until(lambda: t.said() and "account work was deleted" in t.said()[-1])
        assert [key.account for key, record in m.credentials.records().items() if record.credential] == [
            "later"
        ]


@screen_test
async def test_a_credential_that_stays_is_listed_with_its_key(m: Machine) -> None:
    m.log_in()
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        await t.press("X")
        await t.sees("stays stored")
        await t.press("y")
        await t.until(lambda: t.said() and "Press d there to delete it." in t.said()[-1])
        await t.until(lambda: any("mcp.example" in name for name in t.names()))
        assert m.stored() is not None


class Ran:
    """In place of the editor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, t: Terminal, code: int = 0) -> None:
        self.argv: list[tuple[str, ...]] = []
        self.suspended = 0
        self.code = code
        monkeypatch.setattr(editor, "run_in_terminal", self._run)
        monkeypatch.setattr(editor, "start_in_window", self.argv.append)
        monkeypatch.setattr(App, "suspend", lambda app: self._suspend())

    @contextmanager
    def _suspend(self) -> Iterator[None]:
        self.suspended += 1
        yield

    def _run(self, argv: tuple[str, ...]) -> int:
        assert self.suspended
        self.argv.append(argv)
        return self.code


@screen_test
async def test_o_opens_the_file_at_the_entry_and_reads_it_again(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vi -u NONE")
    async with terminal(app_with(m.adapters)) as t:
        ran = Ran(monkeypatch, t)

        def run(argv: tuple[str, ...]) -> int:
            ran.argv.append(argv)
            m.config.write_text(OWN.replace("servers.lab", "servers.changed"))
            return 0

        monkeypatch.setattr(editor, "run_in_terminal", run)
        await t.select("lab")
        await t.press("o")
        await t.until(lambda: "changed" in t.names())
        assert ran.argv == [("vi", "-u", "NONE", "+2", str(m.config))]
        assert ran.suspended == 1


@screen_test
async def test_which_file_is_asked_if_there_are_several(m: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    m.put(".cursor/mcp.json", f'{{"mcpServers": {{\n"lab": {{"url": "{URL}"}}}}}}')
    async with terminal(app_with(m.adapters)) as t:
        ran = Ran(monkeypatch, t)
        await t.select("lab")
        await t.press("enter", "o")
        await t.until(lambda: isinstance(t.app.screen, WhichScreen))
        await t.press("down", "enter")
        await t.until(lambda: ran.argv)
        assert ran.argv == [("vi", "+2", str(m.home / ".cursor/mcp.json"))]


@screen_test
async def test_an_editor_with_a_window_leaves_the_screen_alone(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "/usr/bin/code --wait")
    async with terminal(app_with(m.adapters)) as t:
        ran = Ran(monkeypatch, t)
        await t.select("lab")
        await t.press("o")
        await t.until(lambda: ran.argv)
        assert ran.argv == [("/usr/bin/code", "--wait", "--goto", f"{m.config}:2")]
        assert ran.suspended == 0


@screen_test
async def test_a_bad_entry_and_a_program_open_too(m: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    m.put(".cursor/mcp.json", '{"mcpServers": {\n"broken": {"url": 5}}}')
    async with terminal(app_with(m.adapters), size=(140, 30)) as t:
        ran = Ran(monkeypatch, t)
        await t.select("broken")
        await t.sees("press o")
        await t.press("o")
        await t.until(lambda: len(ran.argv) == 1)
        await t.press("2")
        await t.sees("Programs")
        await t.press("g", "o")
        await t.until(lambda: len(ran.argv) == 2)
        assert ran.argv[0] == ("vi", "+2", str(m.home / ".cursor/mcp.json"))
        assert os.path.isabs(ran.argv[1][-1])


@screen_test
async def test_e_on_a_local_process_of_ones_own_file_names_the_key_that_opens_it(m: Machine) -> None:
    config = m.put(".config/keyrack/config.toml", '[servers.files]\ncommand = "mcp-files"\n')
    before = config.read_bytes()
    async with terminal(app_with(m.adapters)) as t:
        await t.select("files")
        await t.press("e")
        await t.sees("files is a local process. Press o to change it.")
        assert t.app.screen is t.main and config.read_bytes() == before


@screen_test
async def test_a_problem_in_the_list_of_files_opens_at_its_line(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    fine = m.put(".claude.json", '{"mcpServers": {"a": {"url": "https://a.example/mcp"}}}')
    broken = m.put(".cursor/mcp.json", '{"mcpServers": {\n"b": {"url": "u"}\n"c": {}\n}}')
    async with terminal(app_with(m.adapters), size=(100, 60)) as t:
        ran = Ran(monkeypatch, t)
        await t.press("i")
        await t.sees("Problems")
        await t.press("o")
        await t.sees("Which file?")
        await t.press("enter")
        await t.until(lambda: ran.argv)
        assert ran.argv == [("vi", "+3", str(broken))]
        broken.write_text("{}")
        await t.press("i")
        await t.misses("Problems")
        await t.press("o")
        await t.sees("Which file?")
        at = next(place for place, option in enumerate(t.shown("ProgramList").splitlines()) if option)
        assert at == 0 and "Claude Code" in t.text()
        await t.press("escape")
        assert fine.exists() and isinstance(t.app.screen, SourcesScreen)


@screen_test
async def test_a_file_that_can_not_be_read_opens_at_its_mistake(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    broken = m.put(".cursor/mcp.json", '{"mcpServers": {\n"a": {"url": "u"}\n"b": {}\n}}')
    async with terminal(app_with(m.adapters), size=(100, 60)) as t:
        ran = Ran(monkeypatch, t)
        await t.press("2")
        await t.sees("Programs")
        await t.press("slash", *"cursor", "enter", "o")
        await t.until(lambda: ran.argv)
        assert ran.argv == [("vi", "+3", str(broken))]


@screen_test
async def test_an_editor_that_fails_and_a_terminal_that_can_not_be_given_away_are_told(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    async with terminal(app_with(m.adapters)) as t:
        await t.select("lab")
        await t.press("o")  # a test has no terminal
        await t.until(lambda: t.said() and str(m.config) in t.said()[-1])
        Ran(monkeypatch, t, code=3)
        await t.press("o")
        await t.until(lambda: "vi ended with code 3." in t.said())
