"""Entries that start a bridge (`npx mcp-remote URL`, `uvx mcp-proxy URL`) as the remote servers they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keyrack.domain.model import Header, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.bridges import bridge_client
from keyrack.sources.bridges.launchers import Bridge, find_bridge
from keyrack.sources.parsing.addresses import address_of
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.headers import header_of, secrets_among
from keyrack.sources.parsing.interpolate import BRACES, Interpolated, fill, has_variable
from keyrack.system.paths import Env

IN_WORDS = (
    "It is in the command line of {}, which many programs start without their variables, so keyrack "
    "leaves it there."
)
# For each bridge: how many words belong to an option as its value, so that they are not taken for the URL.
VALUES: Mapping[str, Mapping[str, int]] = {
    "mcp-remote": dict.fromkeys((
        "--header", "--header-file", "--transport", "--protocol", "--protocol-version", "--host",
        "--callback-path", "--auth-success-url", "--static-oauth-client-metadata",
        "--static-oauth-client-info", "--client-metadata-url", "--token-endpoint", "--resource",
        "--authorize-param", "--ignore-tool", "--auth-timeout", "--connect-timeout", "--body-timeout",
        "--headers-timeout", "--ping-interval",
    ), 1),
    "mcp-proxy": {
        **dict.fromkeys((
            "--transport", "--port", "--host", "--sse-port", "--sse-host", "--cwd", "--log-level",
            "--client-id", "--client-secret", "--token-url", "--verify-ssl", "--named-server-config",
            "--allow-origin", "--expose-header",
        ), 1),
        **dict.fromkeys(("-H", "--headers", "-e", "--env", "--named-server"), 2),
    },
}  # fmt: skip
TOKEN = "API_ACCESS_TOKEN"  # mcp-proxy's variable for a bearer token


class Arguments(NamedTuple):
    """The parsed arguments of a bridge."""

    places: tuple[str, ...]  # positional arguments
    options: Mapping[str, tuple[str, ...]]  # all values of each; the last one counts
    headers: tuple[tuple[str, str], ...]


def add(
    collector: Collector, name: str, command: str, args: Sequence[str], values: Mapping[str, str]
) -> bool:
    """Add the remote server behind a bridge; False if the command starts none.

    `values` is the process's environment as written in the file.
    """
    bridge = find_bridge(command, args)
    if bridge is None or bridge.program not in VALUES:
        return False
    given = _arguments(bridge, collector, name)
    if not given.places or (bridge.program == "mcp-proxy" and "://" not in given.places[0]):
        return False  # mcp-proxy can also expose a local server
    values = {**values, **bridge.command.env}
    own = {key: fill(value, collector.style, collector.env) for key, value in values.items()}
    env = {**collector.env, **{key: filled.value.reveal() for key, filled in own.items()}}
    place = given.places[0]
    if bridge.command.filled_by and not has_variable(place, collector.style):
        address = address_of(place, collector, env=env, style=BRACES)
    else:
        address = address_of(place, collector)
    sse = given.options.get("--transport", ("sse",) if bridge.program == "mcp-proxy" else ())
    server = Server(
        name,
        address.url,
        sources=(collector.source(name),),
        problem=address.problem,
        address_key=address.key,
        variables=address.unset,
        transport="sse" if sse in (("sse",), ("sse-only",)) else "http",
    )
    if address.problem:
        collector.problem(address.problem, entry=name)
    else:
        headers = _headers(collector, name, bridge, given, own, env)
        client = bridge_client.client_of(collector, name, bridge.program, given.places, given.options, env)
        server = server._replace(headers=headers, plaintext_headers=secrets_among(headers), client=client)
    collector.servers.append(server)
    return True


def _arguments(bridge: Bridge, collector: Collector, entry: str) -> Arguments:
    lengths = VALUES[bridge.program]
    places: list[str] = []
    options: dict[str, tuple[str, ...]] = {}
    headers: list[tuple[str, str]] = []
    rest = iter(bridge.command.words)
    for word in rest:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        taken = (value,) if equals else tuple(next(rest, "") for _ in range(lengths.get(option, 0)))
        if option == "--header":
            header, colon, value = taken[0].partition(":")
            if colon:
                headers.append((header, value))
            else:
                collector.problem("A --header of mcp-remote has no colon after its name.", entry=entry)
        elif option in ("-H", "--headers") and len(taken) == 2:
            headers.append((taken[0], taken[1]))
        elif option.startswith("-"):
            options[option] = taken
        else:
            places.append(word)
    return Arguments(tuple(places), options, tuple(headers))


def _headers(
    collector: Collector,
    entry: str,
    bridge: Bridge,
    given: Arguments,
    own: Mapping[str, Interpolated],
    env: Env,
) -> tuple[Header, ...]:
    lines = list(given.headers)
    if bridge.program == "mcp-proxy" and TOKEN in own:
        lines.append(("Authorization", f"Bearer ${{{TOKEN}}}"))
    found: list[Header] = []
    for name, value in lines:
        style = collector.style if has_variable(value, collector.style) else BRACES
        header = header_of(name.strip(), value.strip(), collector, entry, env=env, style=style)
        if header is None:
            continue
        # The file itself may set the variable to a literal: then the secret is in the file.
        plaintext = any(
            variable.name in own and own[variable.name].plaintext for variable in header.variables
        )
        plaintext = plaintext or header.plaintext
        not_movable_because = collector.not_movable_because or IN_WORDS.format(bridge.program)
        found.append(
            header._replace(plaintext=plaintext, not_movable_because=not_movable_because if plaintext else "")
        )
    return tuple(found)
