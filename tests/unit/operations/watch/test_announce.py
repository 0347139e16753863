"""Each event is told once: by a line, a notification and a hook."""

from __future__ import annotations

from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks
from keyrack.domain.model import Check, Server
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import overview
from keyrack.operations.watch.announce import announce
from support.cli_kit import CURSOR, NOW, FakeAdapters, FakeCredentialStore, linear, oauth, record
from support.watching import FakeWatching

REFUSED = oauth(refused_at=NOW - 5, refusal="The server refused the token.")
ENDING = oauth(expires_at=NOW + 300, refreshable=False)


class Place:
    """Servers whose records change, and what is told of them."""

    def __init__(self, *servers: Server) -> None:
        self.fake = FakeAdapters(servers or (linear(),))
        self.watching = FakeWatching()
        self.lines: list[str] = []
        self.now = NOW

    @property
    def adapters(self) -> Adapters:
        return self.fake()._replace(watching=lambda: self.watching, now=lambda: self.now)

    def look(self, *credentials: Any) -> list[str]:
        """The events of a look at these credentials, which the servers have in this order."""
        pairs = zip(self.fake.reading.servers, credentials, strict=False)
        records = [record(server, credential) for server, credential in pairs]
        self.fake.credentials = FakeCredentialStore(records, self.fake.credentials.state())
        before = len(self.watching.ran)
        announce(self.adapters, overview(self.adapters).rows, self.lines.append)
        return [command[0].removeprefix("on-") for command, _, _ in self.watching.ran[before:]]


def test_a_login_that_has_ended_is_told_once() -> None:
    place = Place()
    assert place.look(oauth()) == []
    assert place.look(REFUSED) == ["login-needed"]
    assert place.look(REFUSED) == []
    assert place.lines == ["linear: login needed. The server refused the token. Run: keyrack login linear"]
    assert place.watching.notified == [
        ("linear", "login needed. The server refused the token. Run: keyrack login linear")
    ]


def test_a_restart_tells_nothing_again() -> None:
    place = Place()
    place.look(REFUSED)
    again = Place()
    again.watching.told = place.watching.told
    assert again.look(REFUSED) == []


def test_a_login_that_ends_after_a_new_one_is_told_again() -> None:
    place = Place()
    assert place.look(REFUSED) == ["login-needed"]
    assert place.look(oauth(obtained_at=NOW)) == []
    assert place.look(REFUSED._replace(obtained_at=NOW)) == ["login-needed"]


def test_a_credential_that_ends_without_renewing_itself_is_told_before() -> None:
    place = Place()
    assert place.look(oauth(expires_at=NOW + 300)) == []  # it renews itself
    assert place.look(ENDING) == ["expiring"]
    assert place.look(ENDING) == []
    place.now += 400
    assert place.look(ENDING) == ["login-needed"]


def test_a_refresh_is_told_to_hooks_and_disturbs_nobody() -> None:
    place = Place()
    assert place.look(oauth(refreshed_at=NOW - 900)) == []  # before anybody looked
    assert place.look(oauth(refreshed_at=NOW)) == ["refreshed"]
    assert place.look(oauth(refreshed_at=NOW)) == []
    assert place.watching.notified == []
    assert place.lines == ["linear: refreshed; good for 52 min."]


def test_the_first_refresh_after_a_login_is_an_event() -> None:
    place = Place()
    assert place.look(oauth()) == []
    assert place.look(oauth(refreshed_at=NOW)) == ["refreshed"]


def test_a_hook_that_refreshes_is_not_run_by_its_own_refresh() -> None:
    place = Place()
    place.look(oauth(refreshed_at=NOW - 900))
    run = place.watching.run

    def refresh(*how: Any) -> str:
        by_hook = record(place.fake.reading.servers[0], oauth(refreshed_at=NOW + 5))
        place.fake.credentials = FakeCredentialStore([by_hook], place.fake.credentials.state())
        return run(*how)

    place.watching.run = refresh  # type: ignore[method-assign]
    assert place.look(oauth(refreshed_at=NOW)) == ["refreshed"]
    assert place.look(oauth(refreshed_at=NOW + 5)) == []
    place.watching.run = run  # type: ignore[method-assign]
    assert place.look(oauth(refreshed_at=NOW + 900)) == ["refreshed"]


def test_what_never_had_a_login_is_no_event() -> None:
    place = Place()
    assert place.look() == []
    assert place.watching.told == {}


def test_a_server_that_is_switched_off_is_no_event() -> None:
    place = Place(linear(sources=(CURSOR._replace(disabled=True),)))
    assert place.look(REFUSED) == []


def test_many_events_are_one_notification() -> None:
    names = ("a", "b", "c")
    place = Place(*(linear(name=name, url=f"https://{name}.example/mcp") for name in names))
    assert place.look(REFUSED, ENDING, REFUSED) == ["login-needed", "expiring", "login-needed"]
    assert place.watching.notified == [("3 servers need you", "a, b, c. Run: keyrack status")]


def test_a_hook_gets_the_facts_as_variables() -> None:
    place = Place(linear(account="work"))
    place.look(REFUSED)
    assert place.watching.ran == [
        (
            ("on-login-needed", "$(x)"),
            {
                "KEYRACK_EVENT": "login-needed",
                "KEYRACK_SERVER": "linear",
                "KEYRACK_URL": "https://mcp.linear.app/mcp",
                "KEYRACK_ACCOUNT": "work",
                "KEYRACK_STATE": "login-needed",
                "KEYRACK_REASON": "The server refused the token.",
                "KEYRACK_EXPIRES_AT": "2026-03-01T12:52:00Z",
                "KEYRACK_NEXT": "keyrack login linear --account work",
            },
            10.0,
        )
    ]


def test_a_servers_words_are_one_plain_line_in_a_variable() -> None:
    place = Place()
    place.look(oauth(refused_at=NOW, refusal="No\x00\x1b[2J\nway."))
    assert place.watching.ran[0][1]["KEYRACK_REASON"] == "No[2J way."


def test_a_failing_hook_is_printed() -> None:
    place = Place()
    place.watching.outcome = "failed with exit code 3"
    place.look(REFUSED)
    assert place.lines[-1] == "linear: the hook on_login_needed failed with exit code 3."


def test_hooks_that_others_can_change_are_not_run_but_notifications_are_shown() -> None:
    place = Place()
    place.watching.found = KeyrackError("Other users can change it.", hint="Run: chmod go-w it")
    assert place.look(REFUSED) == []
    assert place.lines[-1] == "Other users can change it. Run: chmod go-w it"
    assert len(place.watching.notified) == 1


def test_notifications_can_be_off() -> None:
    place = Place()
    place.watching.found = Hooks(notify=False)
    place.look(REFUSED)
    assert (place.watching.notified, len(place.lines)) == ([], 1)


def test_what_is_told_of_is_kept_for_servers_that_another_keyrack_sees() -> None:
    place = Place()
    place.look(REFUSED)
    other = Place(linear(name="b", url="https://b.example/mcp"))
    other.watching = place.watching
    assert other.look(REFUSED) == ["login-needed"]
    assert place.look(REFUSED) == []
    other.now += 91 * 86400
    other.look(REFUSED)
    assert [key.split("\n")[0] for key in place.watching.told] == ["https://b.example/mcp"]


def test_a_refused_header_of_a_programs_file_runs_the_hook_once() -> None:
    from keyrack.domain.model import Header
    from keyrack.domain.secret import Secret

    server = linear(headers=(Header("Authorization", "Bearer ***", Secret("Bearer x")),))
    place = Place(server)
    place.fake.credentials = FakeCredentialStore(
        [record(server, check=Check(NOW, "refused"))], place.fake.credentials.state()
    )
    for _ in range(2):
        announce(place.adapters, overview(place.adapters).rows, place.lines.append)
    assert len(place.watching.ran) == 1
