"""Which entries are the same server, and which are different ones with the same URL."""

import pytest

from keyrack.domain.model import Header, Server, Source, Variable
from keyrack.domain.secret import Secret
from keyrack.sources.merge import merged

URL = "https://x.example/mcp"


def entry(name: str, client: str = "Claude Code", *headers: Header, scope: str = "user", **more) -> Server:
    return Server(name, URL, sources=(Source(client, f"/{client}", name, scope),), headers=headers, **more)


def header(value: str = "", name: str = "Authorization", *variables: str) -> Header:
    found = tuple(Variable(each, bool(value)) for each in variables)
    return Header(name, f"${{{variables[0]}}}" if variables else "●", Secret(value), found)


def unset(variable: str) -> Header:
    return header("", "Authorization", variable)


def rows(*entries: Server) -> list[tuple[str, list[str]]]:
    """Each server's name, and the entries that are it."""
    found = merged(entries)
    return [(row.name, [f"{source.client}: {source.name}" for source in row.sources]) for row in found]


def test_two_names_in_one_scope_of_one_file_are_two_servers() -> None:
    a, b = merged([entry("a"), entry("b")])
    assert (a.name, a.tag, a.aliases, b.name, b.tag) == ("a", "a", (), "b", "b")


def test_what_another_file_calls_by_one_of_these_names_is_that_one() -> None:
    assert rows(entry("b", "Cursor"), entry("a"), entry("b"), entry("c", "Codex")) == [
        ("b", ["Cursor: b", "Claude Code: b"]),
        ("a", ["Claude Code: a"]),
        ("c", ["Codex: c"]),
    ]


@pytest.mark.parametrize("more", [{"scope": "project /p"}, {"account": "work"}], ids=["scope", "account"])
def test_two_names_in_two_scopes_and_two_accounts_have_no_tag(more: dict[str, str]) -> None:
    assert {row.tag for row in merged([entry("a"), entry("b", **more)])} == {""}


def test_another_credential_in_a_header_is_another_server() -> None:
    one, same, other = header("Bearer t"), header("Bearer t"), header("Bearer u")
    assert rows(entry("a", "Cursor", one), entry("b", "Codex", same), entry("a", "VS Code", other)) == [
        ("a", ["Cursor: a", "Codex: b"]),
        ("a (VS Code)", ["VS Code: a"]),
    ]


def test_a_header_of_one_program_does_not_hide_the_login_of_another() -> None:
    own, bare = merged([entry("a", "Cursor", header("Bearer t")), entry("a", "Codex")])
    assert [each.name for each in own.headers] == ["Authorization"] and bare.headers == ()
    assert own.tag != bare.tag


@pytest.mark.parametrize("name", ["X-Tenant-Id", "x_org", "OpenAI-Organization", "X-Scope-OrgID"])
def test_a_header_that_selects_a_tenant_tells_servers_apart(name: str) -> None:
    entries = [entry("a", client, header(client, name)) for client in ("Cursor", "Codex")]
    assert len(merged(entries)) == 2
    assert len(merged([entry("a", client, header("one", name)) for client in ("Cursor", "Codex")])) == 1


@pytest.mark.parametrize("name", ["X-MCP-Toolsets", "X-Trace", "Accept-Language", "X-Team-Spirit"])
def test_any_other_header_splits_nothing(name: str) -> None:
    [row] = merged([entry("a", "Cursor", header("1", name)), entry("a", "Codex", header("2", name))])
    assert [each.value.reveal() for each in row.headers] == ["1"]


def test_a_header_whose_variable_is_not_set_is_told_apart_by_that() -> None:
    """Its program may well have it set."""
    assert len(rows(entry("a", "Cursor", unset("TOKEN")), entry("b", "Codex", unset("TOKEN")))) == 1
    assert len(rows(entry("a", "Cursor", unset("TOKEN")), entry("a", "Codex"))) == 2
    assert len(rows(entry("a", "Cursor", unset("ACME")), entry("a", "Codex", unset("HOME_LAB")))) == 2
    assert len(rows(entry("a", "Cursor", header("Bearer t")), entry("a", "Codex", unset("HOME_LAB")))) == 2


def test_one_that_is_empty_and_needs_none_is_as_good_as_none() -> None:
    [row] = merged([entry("a", "Cursor", header("Bearer ")), entry("a", "Codex")])
    assert row.headers == ()


def test_a_header_that_its_program_asks_for_is_one_of_its_own() -> None:
    asked = Header("Authorization", "Bearer ${input:key}", Secret("Bearer "), asked=True)
    assert len(merged([entry("a", "VS Code", asked), entry("a", "Codex")])) == 2


def test_a_tag_is_the_name_in_the_file_and_in_full_where_two_have_the_same() -> None:
    other = Server("a", "https://y.example", sources=(Source("keyrack", "/own", "a"),))
    found = merged([other, entry("a", "Cursor", header("Bearer t")), entry("a", "Codex", scope="")])
    assert [(row.name, row.tag) for row in found] == [
        ("a", ""), ("a (Cursor)", "a (Cursor, user)"), ("a (Codex)", "a (Codex, /Codex)")
    ]  # fmt: skip


def test_the_name_is_of_who_sends_nothing_of_its_own() -> None:
    for own in (header("Bearer t"), unset("TOKEN")):
        entries = [entry("a", "Cursor", own), entry("a", "Codex", header("Bearer u")), entry("a", "VS Code")]
        found = merged(entries)
        assert "a" in [row.name for row in found if not row.headers]
    one, two = merged([entry("a", "Cursor", header("Bearer t")), entry("a", "Codex", header("Bearer u"))])
    assert (one.name, two.name) == ("a", "a (Codex)")


def test_which_variables_are_set_changes_no_tag() -> None:
    def tags(*names: str) -> list[str]:
        one, two = (header("t" * (name in names), "Authorization", name) for name in ("ONE", "TWO"))
        rows = merged([entry("a", "Cursor", one), entry("a", "Codex", two)])
        return [row.tag for row in rows]

    assert tags() == tags("ONE") == tags("TWO") == ["a (Cursor, user)", "a (Codex, user)"]


def test_the_order_of_appearance_stays() -> None:
    other = Server("b", "https://y.example", sources=(Source("Cursor", "/Cursor", "b"),))
    assert [row[0] for row in rows(entry("a"), other, entry("b"))] == ["a", "b", "b (Claude Code)"]


def test_no_value_is_seen_in_what_is_compared() -> None:
    from keyrack.sources.rows import sent_by

    assert "sk-hidden" not in repr(sent_by(entry("a", "Cursor", header("Bearer sk-hidden"))))


class TestAProject:
    """Its entries change nothing of the user's servers."""

    mine = entry("mine")

    def project(self, name: str, *headers: Header, client: str = "Cursor") -> Server:
        return entry(name, client, *headers, scope="project /clone")

    def test_its_two_names_are_two_servers_and_the_users_stays_as_it_is(self) -> None:
        found = merged([self.mine], [self.project("one"), self.project("two", header("Bearer t"))])
        assert found[0] == self.mine
        assert [(each.name, each.tag, each.headers, each.of_project) for each in found[1:]] == [
            ("one", "one", (), True),
            ("two", "two", (), True),
        ]

    def test_it_joins_one_of_the_users_two_by_name_alone(self) -> None:
        found = merged([entry("a"), entry("b")], [self.project("b"), self.project("c", client="VS Code")])
        assert [(each.name, each.tag, each.of_project, len(each.sources)) for each in found] == [
            ("a", "a", False, 1), ("b", "b", False, 2), ("c", "c", True, 1)
        ]  # fmt: skip

    def test_its_name_in_the_place_of_one_of_two_takes_no_tag_of_the_users(self) -> None:
        bare, own = entry("a"), entry("a", "Codex", header("Bearer t"))
        found = merged([bare, own], [self.project("b"), self.project("a (Codex)")])
        assert len({each.tag for each in found}) == len(found) == 4
