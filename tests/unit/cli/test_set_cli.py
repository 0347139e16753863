"""`keyrack set`: input from a prompt, a pipe or options, and what it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from keyrack.domain.model import StoredCredential
from keyrack.oauth.http import Request, Response
from support.cli_kit import Terminal, run
from support.set_desk import GHP, Desk
from support.workbench import NOW

Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]
API, APP = "1" * 32, "2" * 40
HC_ID, HC_SECRET = "hcamk_01abcdef", "s" * 32
ATATT = "ATATT" + "t" * 40


@pytest.fixture
def desk() -> Desk:
    return Desk()


class Keyboard:
    """A person at a terminal: what is shown while it is typed, and what goes to hidden prompts."""

    def __init__(self, monkeypatch: Patch, shown: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
        self.prompts: list[str] = []  # the hidden ones
        secrets = list(hidden)
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in shown)))
        monkeypatch.setattr("getpass.getpass", lambda prompt: self.prompts.append(prompt) or secrets.pop(0))


# --- a pipe ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "piped", "words", "headers"),
    [
        ("github", f"{GHP}\n", (), {"Authorization": f"Bearer {GHP}"}),
        ("github", f"GITHUB_TOKEN='{GHP}'\n", (), {"Authorization": f"Bearer {GHP}"}),
        ("github", f"token={GHP}\n", (), {"Authorization": f"Bearer {GHP}"}),
        ("github", f"Authorization: Bearer {GHP}", (), {"Authorization": f"Bearer {GHP}"}),
        ("pagerduty", "u+abcdefghijklmnopqr", (), {"Authorization": "Token token=u+abcdefghijklmnopqr"}),
        ("pagerduty", "Token token=u+abcdefghijklmnopqr", (),
         {"Authorization": "Token token=u+abcdefghijklmnopqr"}),
        ("sentry", "sntryu_abcdefghij", (), {"Authorization": "Sentry-Bearer sntryu_abcdefghij"}),
        ("datadog", f"api_key={API}\napp_key={APP}\n", (), {"DD-API-KEY": API, "DD-APPLICATION-KEY": APP}),
        ("datadog", f"\n app_key = {APP}\r\n\r\napi_key={API}", (),
         {"DD-API-KEY": API, "DD-APPLICATION-KEY": APP}),
        ("datadog", f"api_key={API}\napp_key={APP}\n", ("--header", "DD_API_KEY"),
         {"DD_API_KEY": API, "DD_APPLICATION_KEY": APP}),
        ("honeycomb", HC_SECRET, ("--field", f"key_id={HC_ID}"),
         {"Authorization": f"Bearer {HC_ID}:{HC_SECRET}"}),
        ("honeycomb", f"key_id={HC_ID}\nsecret={HC_SECRET}", (),
         {"Authorization": f"Bearer {HC_ID}:{HC_SECRET}"}),
        ("honeycomb", f"{HC_ID}:{HC_SECRET}", (), {"Authorization": f"Bearer {HC_ID}:{HC_SECRET}"}),
        ("jira", "ATATTabc", ("--field", "email=a@b.example"),
         {"Authorization": "Basic YUBiLmV4YW1wbGU6QVRBVFRhYmM="}),  # of a@b.example:ATATTabc
        ("jira", ATATT, (), {"Authorization": f"Bearer {ATATT}"}),
        ("grafana", "glsa_abcdefghij", ("--field", "site=acme.grafana.net"),
         {"Authorization": "Bearer glsa_abcdefghij"}),
        ("exa", "exa-key-0123456789", ("--header", "x-api-key"), {"x-api-key": "exa-key-0123456789"}),
        ("internal", "abcdef-0123", (), {"Authorization": "Bearer abcdef-0123"}),
        ("internal", "abcdef-0123", ("--header", "X-Key"), {"X-Key": "abcdef-0123"}),
        ("internal", "QUJDREVGR0hJSktMTU5PUA==", (), {"Authorization": "Bearer QUJDREVGR0hJSktMTU5PUA=="}),
        ("github", GHP, ("--template", "token {token}"), {"Authorization": f"token {GHP}"}),
        ("datadog", APP, ("--header", "X-Both", "--template", "k={token}"), {"X-Both": f"k={APP}"}),
    ],
)  # fmt: skip
def test_what_is_piped_becomes_the_headers(
    name: str, piped: str, words: tuple[str, ...], headers: dict[str, str],
    desk: Desk, pipe: Callable[[str], None], capsys: Capture,
) -> None:  # fmt: skip
    pipe(piped)
    assert desk.set(name, *words) == 0, capsys.readouterr().err
    assert desk.headers(name) == headers
    assert {header: desk.sent[-1].headers[header].reveal() for header in headers} == headers  # type: ignore[union-attr]
    out, err = capsys.readouterr()
    assert out == "" and f"✓ The token for {name} is in " in err.splitlines()[-1]
    assert not any(value.split(" ")[-1] in err for value in headers.values())


def test_fields_beside_the_token_are_kept_for_later(desk: Desk, pipe: Callable[[str], None]) -> None:
    pipe(f"token={ATATT}\nsite=acme.atlassian.net\n")
    assert desk.set("jira", "--field", "email=a@b.example") == 0
    assert desk.fields("jira") == {"email": "a@b.example", "site": "acme.atlassian.net", "token": ATATT}


@pytest.mark.parametrize(
    ("name", "piped", "words", "code", "said"),
    [
        ("datadog", APP, (), 1, "API key is needed.\n  Pipe one line KEY=VALUE for each field."),
        ("datadog", f"app_key={APP}", (), 1, "API key is needed.\n  Pipe one line KEY=VALUE for each field."),
        ("datadog", f"api_key={API}\napp_kye={APP}", (), 1,
         "Standard input must contain one line KEY=VALUE for each field.\n  Keys: api_key, app_key."),
        ("datadog", f"{API}\n{APP}", (), 1,
         "Standard input must contain one line KEY=VALUE for each field.\n  Keys: api_key, app_key."),
        ("datadog", f"api_key={API}\napp_key=", (), 1, "Nothing was entered.\n  Paste the token."),
        ("honeycomb", f"secret={HC_SECRET}", (), 1, "Key ID is needed.\n  Use --field key_id=…"),
        ("datadog", "", (), 1, "Standard input is empty."),
        ("datadog", "x" * 70_000, (), 1, "Standard input is too long for a key."),
        ("github", "a\nb", (), 1, "Standard input has more than one line"),
        ("github", "https://github.com/settings/tokens", (), 1, "That is an address, not a token."),
        ("github", "ghp_é" + "a" * 30, (), 1, "That contains characters that can't be in a token."),
        ("datadog", "", ("--field", f"api_key={API}"), 2, "API key is a secret and can't be an argument."),
        ("github", "", ("--field", f"token={GHP}"), 2, "Token is a secret and can't be an argument."),
        ("jira", "", ("--field", f"{ATATT}"), 2,
         "--field needs KEY=VALUE with a known key.\n  Fields of Jira (Atlassian) that"),
        ("jira", "", ("--field", f"tokne={ATATT}"), 2,
         "--field needs KEY=VALUE with a known key.\n  Fields of Jira (Atlassian)"),
        ("jira", "", ("--field", "email=a\x1b[31m@b"), 1, "Email contains invalid characters."),
        ("internal", "", ("--field", f"email={ATATT}"), 2, "This service has no other fields."),
        ("jira", "", ("--header", "X-Key", "--field", "email=a@b.example"), 2, "has no other fields."),
        ("internal", "abc", ("--expires", "soon"), 2, "--expires: must be a date (2026-12-31) or a"),
        ("nobody", "abc", (), 6, "No server is called “nobody”."),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_told_and_nothing_is_sent(
    name: str, piped: str, words: tuple[str, ...], code: int, said: str,
    desk: Desk, pipe: Callable[[str], None], capsys: Capture,
) -> None:  # fmt: skip
    pipe(piped)
    assert desk.set(name, *words) == code
    out, err = capsys.readouterr()
    assert out == "" and said in err
    assert not desk.sent and not desk.adapters.credentials().records()
    for secret in (API, APP, GHP, ATATT, HC_SECRET):
        assert secret not in err


def test_a_token_given_as_a_word_is_neither_taken_nor_repeated(desk: Desk, capsys: Capture) -> None:
    assert desk.set("github", GHP) == 2
    assert GHP not in "".join(capsys.readouterr())


def test_a_refused_token_is_not_stored_and_not_shown(pipe: Callable[[str], None], capsys: Capture) -> None:
    desk = Desk(takes=False)
    pipe(ATATT)
    assert desk.set("jira") == 1
    err = capsys.readouterr().err
    assert "jira refused the token, so it was not stored." in err and "Left empty: Email." in err
    assert ATATT not in err and desk.stored_credential("jira") is None


def test_without_a_check_nothing_is_sent(desk: Desk, pipe: Callable[[str], None]) -> None:
    pipe(GHP)
    assert desk.set("github", "--no-check") == 0
    assert not desk.sent and desk.headers("github")


# --- a terminal -----------------------------------------------------------------------------------


def test_each_field_is_asked_for_and_only_secrets_are_hidden(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    keyboard = Keyboard(monkeypatch, ["a@b.example", "acme.atlassian.net"], [ATATT])
    assert desk.set("jira") == 0
    assert keyboard.prompts == ["Jira (Atlassian) · API token (not shown): "]
    err = capsys.readouterr().err
    assert "Jira (Atlassian) · Email (optional) [of your Atlassian account; empty for" in err
    assert "Jira (Atlassian) · Your site (optional) [name.atlassian.net; only for the" in err
    assert desk.fields("jira") == {"email": "a@b.example", "token": ATATT, "site": "acme.atlassian.net"}
    assert desk.headers("jira")["Authorization"].startswith("Basic ")


def test_a_field_may_be_left_empty_where_the_service_says_so(desk: Desk, monkeypatch: Patch) -> None:
    Keyboard(monkeypatch, ["", ""], [ATATT])
    assert desk.set("jira") == 0
    assert desk.fields("jira") == {"token": ATATT}


def test_two_secrets_are_two_hidden_prompts(desk: Desk, monkeypatch: Patch) -> None:
    keyboard = Keyboard(monkeypatch, hidden=[API, APP])
    assert desk.set("datadog") == 0
    assert [prompt.split(" · ")[1] for prompt in keyboard.prompts] == [
        "API key [32 hexadecimal digits] (not shown): ",
        "Application key [40 hexadecimal digits or ddapp_…] (not shown): ",
    ]


def test_a_needed_field_left_empty_ends_it(desk: Desk, monkeypatch: Patch, capsys: Capture) -> None:
    Keyboard(monkeypatch, hidden=["", APP])
    assert desk.set("datadog") == 1
    assert "API key is needed.\n  Nothing was changed." in capsys.readouterr().err
    assert not desk.sent


def test_a_field_given_as_a_word_is_not_asked_for(desk: Desk, monkeypatch: Patch, capsys: Capture) -> None:
    Keyboard(monkeypatch, [""], [ATATT])
    assert desk.set("jira", "--field", "email=a@b.example") == 0
    assert "Email" not in capsys.readouterr().err


def test_a_site_is_not_asked_for_where_the_server_tells_it(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    keyboard = Keyboard(monkeypatch, hidden=["glsa_abcdefghij"])
    desk.set("https://acme.grafana.net/mcp", "--no-check")
    assert len(keyboard.prompts) == 1 and "Your Grafana" not in capsys.readouterr().err


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "piped", "warning"),
    [
        ("honeycomb", "key_id=hcaik_01abcdef\nsecret=" + HC_SECRET,
         "! Key ID: This is an ingest key; MCP needs a management key."),
        ("sentry", "sntrys_abcdefghij", "! Token: This is an organization's token, with rights for CI only;"),
        ("github", "f" * 40, "! Token: 40 characters · usually starts with github_pat_,"),
        ("notion", "ntn_abcdefghijkl", "! Token: This is an integration token, for Notion's REST API;"),
        ("github", GHP, ""), ("internal", "abc", ""),
    ],
)  # fmt: skip
def test_a_token_that_looks_wrong_is_told_and_tried_all_the_same(
    name: str, piped: str, warning: str, desk: Desk, pipe: Callable[[str], None], capsys: Capture
) -> None:
    pipe(piped)
    assert desk.set(name) == 0
    first, *rest = capsys.readouterr().err.splitlines()
    assert (first.startswith(warning) and len(rest) == 1) if warning else not rest
    assert desk.sent


@pytest.mark.parametrize(
    ("name", "token", "words", "said"),
    [
        ("github", GHP, (), "; expiry unknown."),
        ("github", GHP, ("--expires", "90d"), "; good for 90 d."),
        ("github", GHP, ("--expires", "1970-01-14T13:46:40"), "; good for 2 d."),
        ("pagerduty", "u+abcdefghijklmnopqr", (), "; it never expires."),
        ("exa", "exa-key-0123456789", ("--at-service",),
         "; expiry unknown. keyrack doesn't know how to check this token with the service."),
    ],
)  # fmt: skip
def test_when_it_ends_is_reported(
    name: str, token: str, words: tuple[str, ...], said: str,
    desk: Desk, pipe: Callable[[str], None], capsys: Capture,
) -> None:  # fmt: skip
    pipe(token)
    assert desk.set(name, *words) == 0
    assert said in capsys.readouterr().err


def test_the_service_is_asked_only_on_request(pipe: Callable[[str], None], capsys: Capture) -> None:
    desk = Desk()
    api = "https://api.github.com/user"
    ask: Callable[[Request], Response] = lambda request: Response(  # noqa: E731
        200, (("X-OAuth-Scopes", "repo"),), b'{"login": "octo"}'
    )
    world: Any = desk.adapters.http_client()
    world.routes[f"GET {api}"] = ask
    pipe(GHP)
    assert desk.set("github") == 0
    assert not world.to(api)
    capsys.readouterr()
    pipe(GHP)
    assert desk.set("github", "--at-service") == 0
    assert len(world.to(api)) == 1
    assert "GitHub accepts it; it belongs to octo." in capsys.readouterr().err
    stored_credential = desk.stored_credential("github")
    assert stored_credential is not None and (
        stored_credential.credential.label,
        stored_credential.credential.scopes,
    ) == ("octo", ("repo",))


def test_an_internal_error_shows_no_secret(
    desk: Desk, pipe: Callable[[str], None], monkeypatch: Patch, capsys: Capture
) -> None:
    def break_down(stored_credential: StoredCredential) -> None:
        raise RuntimeError(
            f"can't store {stored_credential.tokens.access_token.reveal()} of {stored_credential!r}"
        )

    monkeypatch.setattr(desk.adapters.credentials(), "save", break_down)
    monkeypatch.setenv("KEYRACK_DEBUG", "1")
    pipe(GHP)
    assert desk.set("github") == 1
    err = capsys.readouterr().err
    assert "something went wrong inside keyrack (RuntimeError" in err and GHP not in err


# --- clearing it again ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "token", "words"),
    [
        ("github", GHP, "GitHub revokes the token itself. This can't be undone, and the token stops working"),
        ("pagerduty", "u+abcdefghijklmnopqr",
         "keyrack can't revoke this token: revoke it on the service's own page. Revoke and delete"),
    ],
)  # fmt: skip
def test_the_question_tells_what_a_revocation_takes_away(
    name: str, token: str, words: str,
    desk: Desk, pipe: Callable[[str], None], monkeypatch: Patch, capsys: Capture,
) -> None:  # fmt: skip
    pipe(token)
    desk.set(name)
    sent = len(desk.sent)
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert run(["clear", name, "--revoke"], adapters=lambda **_: desk.adapters) == 1
    assert words in capsys.readouterr().err
    assert desk.stored_credential(name) is not None and len(desk.sent) == sent
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    run(["clear", name], adapters=lambda **_: desk.adapters)
    assert "revoke" not in capsys.readouterr().err


def test_what_is_stale_is_listed_with_what_a_revocation_takes_away(
    desk: Desk, pipe: Callable[[str], None], capsys: Capture
) -> None:
    for name, token in (("github", GHP), ("exa", "exa-key-0123456789")):
        pipe(token)
        assert desk.set(name, "--expires", "1d", "--no-check") == 0
    later = desk.adapters._replace(now=lambda: NOW + 2 * 86400)
    told = {}
    for words in ([], ["--revoke"]):
        assert run(["clear", "--stale", "--dry-run", *words], adapters=lambda **_: later) == 0
        told[len(words)] = capsys.readouterr().out
    assert "can't be undone" not in told[0]
    assert told[1].count("GitHub revokes the token itself. This can't be undone") == 1
    assert told[1].count("can't revoke this token: revoke it on https://dashboard.exa.ai/api-keys.") == 1


def test_the_clock_of_these_tests_stands() -> None:
    assert NOW == 1_000_000.0  # 1970-01-12T13:46:40, which --expires above is told from
