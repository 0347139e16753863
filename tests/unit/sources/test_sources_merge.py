"""A server in several files is listed once, and each name belongs to one server."""

from keyrack.domain.model import ClientSettings, Header, Server, Source, Variable
from keyrack.domain.secret import Secret
from keyrack.sources.merge import merged


def server(name: str, url: str | None = None, client: str = "Cursor", scope: str = "", **more) -> Server:
    return Server(name, url, sources=(Source(client, f"/{client}", name, scope),), **more)


def names(*servers: Server) -> list[str]:
    return [found.name for found in merged(servers)]


def header(value: str) -> Header:
    return Header("Authorization", "", Secret(value))


def test_the_same_address_under_two_names_is_one_server_with_an_alias() -> None:
    [found] = merged(
        [server("a", "https://x.example/mcp"), server("b", "https://X.example:443/mcp/", "Codex")]
    )
    assert (found.name, found.aliases) == ("a", ("b",))
    assert [source.client for source in found.sources] == ["Cursor", "Codex"]


def test_two_accounts_are_two_servers() -> None:
    assert names(
        server("a", "https://x.example"), server("a", "https://x.example", "keyrack", account="work")
    ) == ["a", "a (work)"]


def test_another_address_under_the_same_name_is_told_apart_by_its_program() -> None:
    assert names(
        server("a", "https://x.example", "keyrack"),
        server("a", "https://y.example"),
        server("a", "https://z.example"),
        server("a", "https://w.example", scope="project /p"),
    ) == ["a", "a (Cursor)", "a (Cursor 2)", "a (Cursor, project /p)"]


def test_a_name_made_up_never_hits_one_that_exists() -> None:
    found = names(
        server("a", "https://x.example"),
        server("a", "https://y.example"),
        server("a (Cursor)", "https://z.example"),
    )
    assert len(set(found)) == 3
    assert found[2] == "a (Cursor)"


def test_an_alias_is_not_another_servers_name() -> None:
    first, _ = merged(
        [
            server("a", "https://x.example"),
            server("b", "https://x.example", "Codex"),
            server("b", "https://y.example"),
        ]
    )
    assert first.aliases == ()


def test_local_processes_are_one_with_the_same_name_and_program() -> None:
    one = server("db", command="npx", transport="stdio", variables=(Variable("A", True),))
    two = server("db", None, "Codex", command="npx", transport="stdio", variables=(Variable("B", False),))
    [found] = merged([one, two])
    assert {variable.name for variable in found.variables} == {"A", "B"}
    assert names(one, server("db", None, "Codex", command="uvx", transport="stdio")) == ["db", "db (Codex)"]


def test_a_clients_id_is_never_mixed_with_anothers_secret() -> None:
    mine = ClientSettings(client_id="one")
    theirs = ClientSettings(client_id="two", client_secret=Secret("s"))
    bare = ClientSettings(scopes=("read",))
    [found] = merged([server("a", "https://x.example", client) for client in ("A", "B", "C")])
    assert found.client == ClientSettings()
    [found] = merged(
        [
            server("a", "https://x.example", "A")._replace(client=bare),
            server("a", "https://x.example", "B")._replace(client=mine),
            server("a", "https://x.example", "C")._replace(client=theirs),
        ]
    )
    assert found.client == mine
