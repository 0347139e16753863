"""`confirm = true`: the user is asked before each hand-out, and nothing else counts as a yes."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import keyrack
from keyrack.domain.consent import HandOutRequest
from keyrack.domain.errors import LoginNeeded, NotAllowed
from keyrack.domain.model import Server
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.operations.handout.hand_out import ANSWER, hand_out
from keyrack.operations.handout.secrets import hand_out_secrets
from keyrack.operations.ports import Adapters, NoConsent
from keyrack.operations.servers.find import find
from keyrack.operations.tokens.secrets import save_secrets
from keyrack.sources.reader import read_all
from support.canned import URL
from support.cli_kit import run
from support.kept_events import KeptEvents
from support.workbench import NOW, SERVER, build, stored_credential


class Person(NoConsent):
    def __init__(self, says: bool | None) -> None:
        self.says = says
        self.asked: list[HandOutRequest] = []

    def ask(self, request: HandOutRequest) -> bool | None:
        self.asked.append(request)
        return self.says


def bench(says: bool | None, *, confirm: bool = True) -> tuple[Adapters, Person, KeptEvents]:
    person, events = Person(says), KeptEvents()
    urls = frozenset({URL} if confirm else ())
    adapters = build()._replace(
        read=lambda: Reading((SERVER,), (), (), confirm=urls),
        events=lambda: events,
        consent=lambda: person,
        caller=lambda: "claude",
    )
    adapters.credentials().save(stored_credential())
    return adapters, person, events


@pytest.mark.parametrize("name", ["example", URL])
def test_a_token_is_handed_out_after_a_yes(name: str) -> None:
    adapters, person, events = bench(True)
    assert hand_out(adapters, find(adapters, name), "header").token.reveal() == "at-0"
    assert person.asked == [HandOutRequest("example", "header", "claude", NOW + ANSWER)]
    assert events.kinds == ["handed-out"]
    hand_out(adapters, find(adapters, name), "header")
    assert len(person.asked) == 2  # each time


@pytest.mark.parametrize(
    ("says", "told"), [(False, "You did not allow it."), (None, "Nobody allowed it in time.")]
)
def test_without_a_yes_nothing_is_handed_out_and_the_exit_code_is_3(
    says: bool | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters, _, events = bench(says)
    for words in (["token", "example"], ["header", "example"], ["env", "example"], ["token", URL]):
        assert run(words, adapters=lambda **_: adapters) == 3
        said = capsys.readouterr()
        assert said.out == "" and told in said.err and "at-0" not in said.err
    assert set(events.kinds) == {"not-handed-out"} and events.kept[0].program == "claude"


def test_a_no_is_no_reason_to_log_in() -> None:
    adapters, _, _ = bench(False)
    with pytest.raises(NotAllowed) as caught:
        hand_out(adapters, find(adapters, "example"), "token")
    assert not isinstance(caught.value, LoginNeeded)
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    auth = keyrack.Auth(URL, interactive=True, adapters=adapters)
    with httpx.Client(auth=auth, transport=transport) as client, pytest.raises(NotAllowed):
        client.get(URL)


def test_other_servers_and_the_screens_own_keys_are_not_asked_about() -> None:
    adapters, person, _ = bench(False, confirm=False)
    hand_out(adapters, find(adapters, "example"), "token")
    adapters, person, _ = bench(False)
    hand_out(adapters, find(adapters, "example"), "screen")
    assert person.asked == []


def test_a_program_that_has_the_token_already_is_not_asked_about_again() -> None:
    adapters, person, _ = bench(True)
    given = hand_out(adapters, find(adapters, "example"), "bridge")
    hand_out(adapters, find(adapters, "example"), "bridge", already=given.headers)
    assert len(person.asked) == 1


def test_another_account_and_a_server_without_a_name_are_asked_about_too() -> None:
    adapters, person, _ = bench(True)
    adapters.credentials().save(stored_credential()._replace(account="work"))
    hand_out(adapters, find(adapters, "example", "work"), "token")
    hand_out(adapters._replace(read=lambda: Reading((), (), (), confirm=frozenset({URL}))),
             find(adapters, URL), "token")  # fmt: skip
    assert len(person.asked) == 2


@pytest.mark.parametrize("value", ["true", '"yes"', "1"])
def test_it_is_set_in_keyracks_own_file_for_every_programs_entry(tmp_path: Path, value: str) -> None:
    own = tmp_path / ".config/keyrack/config.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f'[servers.mine]\nurl = "{URL}"\nconfirm = {value}\n')
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor/mcp.json").write_text(f'{{"mcpServers": {{"theirs": {{"url": "{URL}"}}}}}}')
    reading = read_all({"HOME": str(tmp_path)}, "linux", str(tmp_path))
    assert reading.confirm == {URL}
    adapters = build()._replace(read=lambda: reading)
    assert find(adapters, "theirs").confirm and find(adapters, URL).confirm
    assert [bool(problem.sentence) for problem in reading.problems] == ([] if value == "true" else [True])


def local_bench(says: bool | None, tmp_path: Path) -> tuple[Adapters, Person, KeptEvents]:
    own = tmp_path / ".config/keyrack/config.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[servers.local]\nconfirm = true\n[servers.other]\nconfirm = false\n")
    adapters, person, events = bench(says)
    reading = read_all({"HOME": str(tmp_path)}, "linux", str(tmp_path))
    assert reading.problems == () and reading.servers == ()
    adapters = adapters._replace(read=lambda: reading)
    for name in ("local", "other"):
        save_secrets(adapters, Server(name), name, {"A_KEY": Secret("key-hidden-2")})
    return adapters, person, events


def test_a_local_server_gets_its_secrets_after_a_yes(tmp_path: Path) -> None:
    adapters, person, events = local_bench(True, tmp_path)
    assert hand_out_secrets(adapters, "local") == {"A_KEY": Secret("key-hidden-2")}
    [asked] = person.asked
    assert asked == HandOutRequest("local", "exec", "claude", NOW + ANSWER, is_secrets=True)
    assert "wants the secrets of local" in asked.question
    assert events.kinds[-1:] == ["handed-out"]


@pytest.mark.parametrize("says", [False, None])
def test_without_a_yes_a_local_server_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, says: bool | None
) -> None:
    adapters, _, events = local_bench(says, tmp_path)
    started: list[object] = []
    monkeypatch.setattr("keyrack.system.replacing.become", lambda *words: started.append(words))
    command = ["exec", "--secrets", "local", "--", "srv", "{secret:A_KEY}"]
    assert run(command, adapters=lambda **_: adapters) == 3
    said = capsys.readouterr()
    assert "The secrets of local were not handed out." in said.err and "key-hidden-2" not in said.err
    assert started == [] and events.kinds[-1:] == ["not-handed-out"]


def test_other_local_servers_are_not_asked_about(tmp_path: Path) -> None:
    adapters, person, _ = local_bench(False, tmp_path)
    assert hand_out_secrets(adapters, "other") and person.asked == []


def test_a_projects_file_can_not_switch_it_on_or_off(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text(
        f'{{"mcpServers": {{"x": {{"type": "http", "url": "{URL}", "confirm": true}}}}}}'
    )
    assert read_all({"HOME": str(tmp_path)}, "linux", str(tmp_path)).confirm == frozenset()
