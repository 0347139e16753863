"""What each verb prints, where, and its exit code. The operations are fakes."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, StoreLocked, StoreSlow, Temporary
from keyrack.domain.model import Check, CredentialKey, Header, Server
from keyrack.domain.reading import Place, Problem
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED
from keyrack.domain.storage import Finding, StoreState, Survey
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.tokens.get_token import IssuedToken
from keyrack.operations.tokens.set_token import TokenSaved, Typed
from support.cli_kit import (
    CURSOR,
    NOW,
    URL,
    FakeAdapters,
    FakeCredentialStore,
    Terminal,
    linear,
    oauth,
    record,
    run,
)

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


class Calls(list[tuple[Server, dict[str, Any]]]):
    """An operation that remembers its calls and answers with what it was given."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)

    def __call__(self, adapters: Any, server: Server, *rest: Any, **options: Any) -> Any:
        self.append((server, {**options, **({"rest": rest} if rest else {})}))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def stand_in(monkeypatch: Patch, operation: str, *answers: Any) -> Calls:
    calls = Calls(*answers)
    monkeypatch.setattr(f"keyrack.operations.{operation}", calls)
    return calls


@pytest.fixture
def adapters() -> FakeAdapters:
    local = Server("db", None, transport="stdio", sources=(CURSOR,))
    broken = Server("broken", None, sources=(CURSOR,), problem="The address names no host.")
    return FakeAdapters([linear(), local, broken])


class TestToken:
    def test_stdout_is_the_token_and_a_newline(
        self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        calls = stand_in(
            monkeypatch,
            "handout.hand_out.hand_out",
            IssuedToken(Secret("tok-1"), {}, None, ("It is\x1b short.",)),
        )
        assert run(["token", "linear"], adapters=adapters) == 0
        assert capsys.readouterr() == ("tok-1\n", "keyrack: It is short.\n")
        assert calls[0][1] == {"rest": ("token",), "min_valid": None, "for_url": ""}

    def test_min_valid_and_account_are_passed_on(self, adapters: FakeAdapters, monkeypatch: Patch) -> None:
        calls = stand_in(monkeypatch, "handout.hand_out.hand_out", IssuedToken(Secret("t"), {}, None))
        assert run(["token", "--account", "work", "linear", "--min-valid=0"], adapters=adapters) == 0
        assert (calls[0][0].account, calls[0][1]) == (
            "work",
            {"rest": ("token",), "min_valid": 0.0, "for_url": ""},
        )

    def test_an_address_need_not_be_configured(self, adapters: FakeAdapters, monkeypatch: Patch) -> None:
        calls = stand_in(monkeypatch, "handout.hand_out.hand_out", IssuedToken(Secret("t"), {}, None))
        assert run(["token", "https://other.example/mcp"], adapters=adapters) == 0
        assert calls[0][0].url == "https://other.example/mcp"

    @pytest.mark.parametrize(
        ("error", "code", "said"),
        [
            (LoginNeeded("It has expired.", hint="keyrack login linear"), 3,
             "keyrack: It has expired.\n  keyrack login linear\n"),
            (Temporary("The network\x1b[0m\nis down."), 4, "keyrack: The network[0m is down.\n"),
            (StoreLocked("The keychain is locked."), 5, "keyrack: The keychain is locked.\n"),
        ],
    )  # fmt: skip
    def test_each_failure_has_its_exit_code_and_an_empty_stdout(
        self,
        error: Exception,
        code: int,
        said: str,
        adapters: FakeAdapters,
        monkeypatch: Patch,
        capsys: Capture,
    ) -> None:
        stand_in(monkeypatch, "handout.hand_out.hand_out", error)
        assert run(["token", "linear"], adapters=adapters) == code
        assert capsys.readouterr() == ("", said)

    @pytest.mark.parametrize(
        ("name", "code", "said"),
        [
            ("liner", 6, "keyrack: No server is called “liner”.\n  Did you mean linear?\n"),
            ("db", 1, "keyrack: db is a local process (stdio); its credentials are in its environment.\n"
                      "  Run keyrack list --json to see which variables are not set.\n"),
            ("broken", 1, "keyrack: broken can't be used: The address names no host.\n"
                          "  Run keyrack doctor to see where it is configured.\n"),
        ],
    )  # fmt: skip
    def test_a_server_without_a_token(
        self, name: str, code: int, said: str, adapters: FakeAdapters, capsys: Capture
    ) -> None:
        assert run(["token", name], adapters=adapters) == code
        assert capsys.readouterr() == ("", said)


class TestCheck:
    @pytest.mark.parametrize(
        ("check", "code", "said"),
        [
            (Check(NOW, "accepted", "", "2025-11-25"), 0,
             "✓ linear: accepted: the server accepts the credential.\n  MCP 2025-11-25\n"),
            (Check(NOW, "open"), 0, "✓ linear: open: no login needed.\n"),
            (Check(NOW, "required"), 3,
             "○ linear: required: the server needs a credential, and none is stored.\n"
             "  Next: keyrack login linear\n"),
            (Check(NOW, "unreachable", "No\x07 answer."), 4,
             "! linear: unreachable.\n  No answer.\n  Next: keyrack check linear\n"),
            (Check(NOW, "unknown", "It sent HTML."), 1,
             "? linear: unknown: the server's answer was not understood.\n  It sent HTML.\n"),
        ],
    )  # fmt: skip
    def test_each_verdict(
        self, check: Check, code: int, said: str, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        stand_in(monkeypatch, "servers.check.check", check)
        assert run(["check", "linear"], adapters=adapters) == code
        assert capsys.readouterr() == (said, "")

    def test_json(self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture) -> None:
        stand_in(monkeypatch, "servers.check.check", Check(NOW, "refused", "No.", None))
        assert run(["check", "linear", "--json"], adapters=adapters) == 3
        assert json.loads(capsys.readouterr().out) == {
            "name": "linear", "url": "https://mcp.linear.app/mcp", "account": "default",
            "verdict": "refused", "reason": "No.", "revision": None,
            "checked_at": "2026-03-01T12:00:00Z", "next": "keyrack login linear",
        }  # fmt: skip

    def test_a_token_that_was_not_tested(self, monkeypatch: Patch, capsys: Capture) -> None:
        stand_in(monkeypatch, "servers.check.check", Check(NOW, "optional", UNTESTED))
        adapters = FakeAdapters([linear()], [record(linear(), oauth())])
        assert run(["check", "linear"], adapters=adapters) == 0
        assert capsys.readouterr().out == (
            "✓ linear: optional: works without a login, but perhaps not fully.\n"
            "  The token could not be tested: the server accepts the same requests without it.\n"
        )

    def test_a_login_that_may_be_needed_is_named(self, monkeypatch: Patch, capsys: Capture) -> None:
        stand_in(monkeypatch, "servers.check.check", Check(NOW, "optional"))
        assert run(["check", "linear"], adapters=FakeAdapters([linear()])) == 0
        assert "Next: keyrack login linear\n" in capsys.readouterr().out

    def test_a_refused_token_made_by_hand_is_set_again(self, monkeypatch: Patch, capsys: Capture) -> None:
        stand_in(monkeypatch, "servers.check.check", Check(NOW, "refused"))
        adapters = FakeAdapters([linear()], [record(linear(), oauth(kind="token"))])
        assert run(["check", "linear"], adapters=adapters) == 3
        assert "Next: keyrack set linear\n" in capsys.readouterr().out

    def test_a_refused_header_of_the_configuration_is_no_login(
        self, monkeypatch: Patch, capsys: Capture
    ) -> None:
        stand_in(monkeypatch, "servers.check.check", Check(NOW, "refused"))
        server = linear(headers=(Header("Authorization", "Bearer ${X}", Secret("Bearer x")),))
        assert run(["check", "linear"], adapters=FakeAdapters([server])) == 3
        assert "Next" not in capsys.readouterr().out


class TestSet:
    def test_the_token_comes_from_a_pipe(
        self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("lin_api_1\n"))
        saved = oauth(kind="token", expires_at=NOW + 90 * 86400)
        calls = stand_in(
            monkeypatch, "tokens.set_token.set_token", TokenSaved(saved, Check(NOW, "accepted", "It works."))
        )
        assert run(["set", "linear", "--expires", "90d"], adapters=adapters) == 0
        said = "✓ The token for linear is in Secret Service; good for 90 d. It works.\n"
        assert capsys.readouterr() == ("", said)
        assert calls[0][1] == {
            "rest": (Typed({"token": Secret("lin_api_1")}, expires_at=NOW + 90 * 86400),),
            "try_it": True, "at_service": False,
        }  # fmt: skip

    def test_another_header_carries_the_token_alone(self, adapters: FakeAdapters, monkeypatch: Patch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("tok-1"))
        calls = stand_in(monkeypatch, "tokens.set_token.set_token", TokenSaved(oauth(kind="token"), None))
        assert run(["set", "linear", "--header", "X-API-Key", "--no-check"], adapters=adapters) == 0
        [typed] = calls[0][1]["rest"]
        assert (typed.header, typed.template, calls[0][1]["try_it"]) == ("X-API-Key", None, False)

    def test_on_a_terminal_it_is_typed_unseen(self, adapters: FakeAdapters, monkeypatch: Patch) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal())
        asked: list[str] = []
        monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or "tok-2")
        calls = stand_in(monkeypatch, "tokens.set_token.set_token", TokenSaved(oauth(kind="token"), None))
        assert run(["set", "linear"], adapters=adapters) == 0
        assert calls[0][1]["rest"][0].fields == {"token": Secret("tok-2")} and len(asked) == 1

    @pytest.mark.parametrize(
        ("piped", "said"),
        [
            ("", "keyrack: Standard input is empty.\n"
                 "  Pipe the secret in, or run this in a terminal.\n"),
            ("a\nb\n", "keyrack: Standard input has more than one line; it must contain only the secret.\n"),
            ("x" * 70_000,
             "keyrack: Standard input has more than one line; it must contain only the secret.\n"),
        ],
    )  # fmt: skip
    def test_what_is_no_token(
        self, piped: str, said: str, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        assert run(["set", "linear"], adapters=adapters) == 1
        assert capsys.readouterr() == ("", said)

    def test_a_past_date_is_told_before_the_token_is_asked_for(
        self, adapters: FakeAdapters, capsys: Capture
    ) -> None:
        assert run(["set", "linear", "--expires", "2020-01-01"], adapters=adapters) == 2
        assert capsys.readouterr().err.startswith("keyrack: --expires: must be in the future.\n")


class TestClear:
    RECEIPT = Receipt((Line("Revoke", "not supported", "no\x1b endpoint"), Line("Delete", "done")))

    def test_the_receipt_line_by_line(
        self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        calls = stand_in(monkeypatch, "clearing.clear.clear", self.RECEIPT)
        assert run(["clear", "linear", "--revoke", "--forget", "-y"], adapters=adapters) == 0
        assert capsys.readouterr() == ("– Revoke: not supported (no endpoint)\n✓ Delete\n", "")
        assert calls[0][1] == {"revoke": True, "forget": True}

    def test_a_failed_line_exits_with_1(
        self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        stand_in(
            monkeypatch, "clearing.clear.clear", Receipt((Line("Delete", "failed", "It is still there."),))
        )
        assert run(["clear", "linear", "--yes"], adapters=adapters) == 1
        assert capsys.readouterr().out == "✕ Delete: failed (It is still there.)\n"

    def test_without_a_terminal_it_wants_yes(
        self, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        assert run(["clear", "linear"], adapters=adapters) == 2
        assert capsys.readouterr().err == (
            "keyrack: There is no terminal to ask on.\n  Use --yes to confirm in advance.\n"
        )

    @pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("YES\n", 0), ("\n", 1), ("n\n", 1), ("", 1)])
    def test_only_a_yes_is_a_yes(
        self, typed: str, code: int, adapters: FakeAdapters, monkeypatch: Patch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        calls = stand_in(monkeypatch, "clearing.clear.clear", self.RECEIPT)
        assert run(["clear", "linear"], adapters=adapters) == code
        err = capsys.readouterr().err
        assert err.startswith("Delete the credential for linear (https://mcp.linear.app/mcp)? [y/N] ")
        assert len(calls) == (1 if code == 0 else 0)
        assert err.endswith("keyrack: Nothing was changed.\n") == (code == 1)


class TestDoctor:
    def test_all_is_well(self, capsys: Capture) -> None:
        adapters = FakeAdapters([linear()], places=[Place("Cursor", "/c.json", "1 server")])
        assert run(["doctor"], adapters=adapters) == 0
        out = capsys.readouterr().out
        assert out.split("\n\n", 1)[1] == (
            "Keychain\n  ✓ Secret Service\n\nFiles (1 server)\n  Cursor: /c.json: 1 server\n\n"
            "✓ No problems in the files and records.\n"
        )

    def test_programs_without_a_file_are_only_named_unless_their_files_are_asked_for(
        self, capsys: Capture
    ) -> None:
        missing = [Place("Zed", "/z.json", "no file"), Place("Amp", "/a.json", "no file")]
        places = [Place("Cursor", "/c.json", "1 server"), Place("Cursor", "/p.json", "no file"), *missing]
        adapters = FakeAdapters([linear()], places=places)
        assert run(["doctor"], adapters=adapters) == 0
        said = capsys.readouterr().out
        assert (
            "  No file: Amp, Zed. --files lists where keyrack looked.\n" in said and ".json: no" not in said
        )
        assert run(["doctor", "--files"], adapters=adapters) == 0
        said = capsys.readouterr().out
        assert all(f"{place.path}: {place.found}\n" in said for place in places) and "No file:" not in said

    def test_hooks_that_are_not_run_are_a_problem(self, capsys: Capture) -> None:
        adapters = FakeAdapters()
        adapters.watching.found = KeyrackError("Other users can change it.", hint="Run: chmod go-w it")
        assert run(["doctor"], adapters=adapters) == 1
        problem = "keyrack: /config.toml: Other users can change it. Run: chmod go-w it"
        assert problem in capsys.readouterr().out

    def test_the_backend_and_its_limits_are_told(self, capsys: Capture) -> None:
        limits = ("It is slow.", "And odd.")
        state = StoreState("pass", ready=True, backend="keyring_pass.Store", limits=limits)
        assert run(["doctor"], adapters=FakeAdapters(state=state)) == 0
        told = "Keychain\n  ✓ pass (keyring_pass.Store)\n    It is slow.\n    And odd.\n\nFiles"
        assert told in capsys.readouterr().out

    def test_what_was_left_half_done_is_finished_and_told(self, capsys: Capture) -> None:
        adapters = FakeAdapters()
        adapters.credentials.cleaned_up = (Finding(URL, "default"), Finding(URL, "work", "It is damaged."))
        assert run(["doctor"], adapters=adapters) == 1
        assert (
            f"  ✓ {URL} (an interrupted operation was finished)\n"
            f"  ✕ {URL}, account work: failed (It is damaged.)\n\nFiles"
        ) in capsys.readouterr().out

    def test_credentials_without_a_record_or_not_in_its_list_are_told_and_no_problem(
        self, capsys: Capture
    ) -> None:
        adapters = FakeAdapters()
        adapters.credentials.surveyed = Survey(0, 3)
        assert run(["doctor"], adapters=adapters) == 0
        assert "  – 3 credentials could not be recovered" in capsys.readouterr().out
        adapters.credentials.surveyed = Survey(1, 0)
        assert run(["doctor"], adapters=adapters) == 0
        said = capsys.readouterr().out
        assert "  – 1 credential has no record here" in said and "keyrack doctor --repair to list it" in said
        adapters.credentials.surveyed = Survey(2, 0)
        assert run(["doctor"], adapters=adapters) == 0
        said = capsys.readouterr().out
        assert (
            "  – 2 credentials have no record here" in said and "keyrack doctor --repair to list them" in said
        )

    def test_a_repair_tells_each_record_that_it_made_or_could_not_make(self, capsys: Capture) -> None:
        adapters = FakeAdapters([linear()])
        adapters.credentials.repaired = (Finding(URL, "default"), Finding("", "", "It is damaged."))
        assert run(["doctor", "--repair"], adapters=adapters) == 1
        assert (
            f"  ✓ {URL} (its record is rebuilt)\n"
            "  ✕ a credential of an unknown server: failed (It is damaged.)\n\nFiles"
        ) in capsys.readouterr().out
        assert adapters.credentials.also == [CredentialKey(URL)]
        adapters.credentials.repaired = ()
        assert run(["doctor", "--repair"], adapters=adapters) == 0
        assert "Every credential in it has a record." in capsys.readouterr().out

    def test_a_keychain_that_fails_while_it_is_looked_at_ends_in_5_after_the_files(
        self, capsys: Capture
    ) -> None:
        class Failing(FakeCredentialStore):
            def survey(self) -> Survey:
                raise StoreSlow("It did not answer in time.")

        adapters = FakeAdapters(places=[Place("Cursor", "/c.json", "1 server")])
        adapters.credentials = Failing((), StoreState("Secret Service", ready=True))
        assert run(["doctor"], adapters=adapters) == 5
        out = capsys.readouterr().out
        assert "  ✕ It did not answer in time.\n\nFiles" in out and "/c.json" in out

    def test_a_locked_keychain_and_a_broken_file(self, capsys: Capture) -> None:
        state = StoreState("Secret Service", ready=False, locked=True, reason="It is locked.")
        adapters = FakeAdapters(problems=[Problem("Cursor", "/c.json", "This is no JSON.", 7)], state=state)
        assert run(["doctor"], adapters=adapters) == 5
        out = capsys.readouterr().out
        assert "  ✕ Secret Service, locked\n    It is locked.\n" in out
        assert "Problems\n  ✕ Cursor: /c.json, line 7: This is no JSON.\n" in out
