"""`keyrack clear --stale` and `keyrack accounts`, with a credential store in memory."""

from __future__ import annotations

import json

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.domain.reading import Place, Reading
from keyrack.operations.ports import Adapters
from support.canned import URL
from support.cli_kit import run
from support.workbench import NOW, build, stored_credential

Capture = pytest.CaptureFixture[str]


def stale_parts() -> Adapters:
    adapters = build()
    adapters.credentials().save(stored_credential(refresh=None, expires_at=NOW - 5))
    adapters.credentials().save(stored_credential(label="ada@example.com")._replace(account="work"))
    return adapters


def keyrack(adapters: Adapters, *words: str) -> int:
    return run(list(words), adapters=lambda **options: adapters)


def test_a_dry_run_tells_the_reasons_and_changes_nothing(capsys: Capture) -> None:
    adapters = stale_parts()
    assert keyrack(adapters, "clear", "--stale", "--dry-run") == 0
    assert capsys.readouterr().out == "example: It has expired and can't be refreshed.\n"
    assert adapters.credentials().load(CredentialKey.of(URL)) is not None


def test_with_yes_the_stale_ones_go_with_a_receipt_and_the_others_stay(capsys: Capture) -> None:
    adapters = stale_parts()
    assert keyrack(adapters, "clear", "--stale", "--yes") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "example",
        "  ✓ Delete",
        "  ✓ Verified gone",
        "  – Registration: stays (https://auth.example still has the client dyn-0)",
    ]
    assert (
        adapters.credentials().load(CredentialKey.of(URL)) is None
        and adapters.credentials().load(CredentialKey.of(URL, "work")) is not None
    )
    assert keyrack(adapters, "clear", "--stale", "--yes") == 0
    assert capsys.readouterr().err == "Nothing is stale.\n"


def test_a_file_that_cannot_be_read_is_why_nothing_is_an_orphan(capsys: Capture) -> None:
    broken = Reading((), (), (Place("Cursor", "/c.json", "broken"),))
    adapters = build()._replace(read=lambda: broken)
    adapters.credentials().save(stored_credential())
    assert keyrack(adapters, "clear", "--stale", "--dry-run") == 0
    said = "Nothing is stale.\n/c.json can't be read, so orphans are not listed.\n"
    assert capsys.readouterr().err == said


def test_where_nobody_can_answer_it_wants_yes_and_changes_nothing(capsys: Capture) -> None:
    adapters = stale_parts()
    assert keyrack(adapters, "clear", "--stale") == 2
    assert "--yes" in capsys.readouterr().err
    assert adapters.credentials().load(CredentialKey.of(URL)) is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clear"], "NAME|URL or --stale"),
        (["clear", "example", "--stale"], "not both"),
        (["clear", "example", "--dry-run"], "--stale with --dry-run"),
    ],
)
def test_words_that_make_no_sense_change_nothing(words: list[str], said: str, capsys: Capture) -> None:
    adapters = stale_parts()
    assert keyrack(adapters, *words) == 2
    assert said in capsys.readouterr().err
    assert adapters.credentials().load(CredentialKey.of(URL)) is not None


def test_accounts_are_listed_with_their_labels(capsys: Capture) -> None:
    assert keyrack(stale_parts(), "accounts", "example") == 0
    assert capsys.readouterr().out.splitlines() == [
        "● default · login needed · expired 5 s ago",
        "○ work · ada@example.com · valid · renews itself · good for 1 h",
    ]
    assert keyrack(stale_parts(), "accounts", "example", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["account"], each["label"], each["default"]) for each in found] == [
        ("default", None, True), ("work", "ada@example.com", False)]  # fmt: skip


def test_choosing_the_default_is_passed_on() -> None:
    chosen: list[tuple[str, str]] = []
    adapters = stale_parts()._replace(set_account=lambda url, account: chosen.append((url, account)))
    assert keyrack(adapters, "accounts", "example", "--default", "work") == 0
    assert chosen == [(URL, "work")]
