"""Which variables get the tokens for `keyrack env` and `keyrack exec`."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, UsageError
from keyrack.domain.model import CredentialInfo, Header, Server, Variable
from keyrack.domain.secret import Secret
from keyrack.operations.handout import hand_out
from keyrack.operations.handout.variables import Wanted, given, refusal, variable_for
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import IssuedToken
from support.cli_kit import FakeAdapters, linear, oauth, record


def bearer(variable: str, value: str = "", **changes: object) -> Header:
    reference = f"Bearer ${{{variable}}}"
    header = Header("Authorization", reference, Secret(f"Bearer {value}"), (Variable(variable, bool(value)),))
    return header._replace(**changes)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    servers: list[Server] = []

    def get(adapters: Adapters, server: Server, **options: object) -> IssuedToken:
        if server.name == "none":
            raise LoginNeeded("Log in.")
        servers.append(server)
        return IssuedToken(Secret("a\0b" if server.name == "nul" else f"tok-{server.name}"), {}, None)

    monkeypatch.setattr(hand_out, "get_token", get)
    return servers


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (linear(), "LINEAR_TOKEN"),
        (linear(name="my-wiki (work)"), "MY_WIKI_WORK_TOKEN"),
        (linear(account="me@corp"), "LINEAR_ME_CORP_TOKEN"),
        (linear(name="7pace"), "_7PACE_TOKEN"),
        (linear(name="维基"), "MCP_LINEAR_APP_TOKEN"),
        (linear(name="git"), "GIT_TOKEN"),
        (linear(headers=(bearer("LINEAR_KEY"),)), "LINEAR_KEY"),
        (linear(headers=(bearer("LINEAR_KEY", withheld=True),)), "LINEAR_TOKEN"),
        (linear(headers=(bearer("LD_PRELOAD"),)), "LINEAR_TOKEN"),
        # The variable would have to contain "Bearer " too.
        (linear(headers=(bearer("LINEAR_KEY", reference="${LINEAR_KEY}"),)), "LINEAR_TOKEN"),
    ],
)
def test_the_default_variable(server: Server, name: str) -> None:
    assert variable_for(server) == name
    assert not refusal(name)


@pytest.mark.parametrize(
    "name",
    ["", "A B", "A=B", "1A", "A-B", "Ä", "A\n", "PATH", "Path", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES",
     "PYTHONPATH", "PYTHONSTARTUP", "NODE_OPTIONS", "BASH_ENV", "GIT_SSH_COMMAND", "HOME", "IFS",
     "MAKEFLAGS", "OPENSSL_CONF", "SSH_ASKPASS", "DOTNET_STARTUP_HOOKS", "CORECLR_PROFILER", "LUA_INIT_5_4"],
)  # fmt: skip
def test_a_name_that_is_none_or_decides_what_runs_is_refused(name: str) -> None:
    assert refusal(name)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITLAB_TOKEN", "LDAP_PASSWORD", "_", "a1", "GIT_TOKEN"])
def test_other_names_are_not_refused(name: str) -> None:
    assert not refusal(name)


def test_several_servers_give_all_or_nothing(asked: list[Server]) -> None:
    adapters = FakeAdapters()()
    found = given(adapters, [Wanted(linear()), Wanted(linear(name="b"), "X")], "env", min_valid=None)
    assert {name: value.reveal() for name, value in found.values.items()} == {
        "LINEAR_TOKEN": "tok-linear", "X": "tok-b",
    }  # fmt: skip
    with pytest.raises(LoginNeeded):
        given(adapters, [Wanted(linear()), Wanted(linear(name="none"))], "env", min_valid=None)


def test_two_servers_for_one_variable_are_refused_before_a_token_is_taken(asked: list[Server]) -> None:
    with pytest.raises(UsageError, match="would both be X"):
        given(FakeAdapters()(), [Wanted(linear(), "X"), Wanted(linear(name="b"), "X")], "env", min_valid=None)
    assert asked == []


def test_a_value_with_nul_is_refused(asked: list[Server]) -> None:
    with pytest.raises(KeyrackError, match="NUL"):
        given(FakeAdapters()(), [Wanted(linear(name="nul"))], "env", min_valid=None)


@pytest.mark.parametrize(("stored", "left"), [(oauth(), 0), (None, 1)])
def test_an_old_token_in_the_variable_itself_is_not_handed_out_again(
    asked: list[Server], stored: CredentialInfo | None, left: int
) -> None:
    server = linear(headers=(bearer("LINEAR_KEY", "old"),))
    given(FakeAdapters([server], [record(server, stored)])(), [Wanted(server)], "exec", min_valid=None)
    assert len(asked[0].headers) == left
