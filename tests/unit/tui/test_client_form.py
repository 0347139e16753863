"""What can be entered as a client ID."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import UsageError
from keyrack.domain.redirect import Redirect
from keyrack.tui.login.client_form import typed_client_id, typed_redirect_uri


@pytest.mark.parametrize("typed", ["7f3a", "  7f3a\n", "https://app.example/client.json", "a:b/c~d"])
def test_an_id_is_taken_without_what_a_copy_left_around_it(typed: str) -> None:
    assert typed_client_id(typed) == typed.strip()


@pytest.mark.parametrize("typed", ["", " \t", "my app", "a\tb", "a\x00b", "a\u202eb", "ä", "a\u00a0b"])
def test_what_the_protocol_has_no_room_for_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        typed_client_id(typed)


def test_a_redirect_uri_need_not_be_given() -> None:
    assert typed_redirect_uri(" ") is None
    assert typed_redirect_uri(" http://localhost:1/cb\n") == Redirect("localhost", 1, "/cb")
