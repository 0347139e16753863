"""Launchers of packages, scripts and containers: finds the program that they start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from keyrack.sources.bridges.command_line import ASSIGNMENT, Command, after_options, in_text

NODE_PACKAGE_VALUES = (
    "-p", "--package", "-w", "--workspace", "--filter", "--registry", "--prefix", "--cache", "--userconfig",
    "--loglevel", "--node-options", "-n", "--node-arg", "--script-shell", "-C", "--dir", "--cwd",
)  # fmt: skip
DENO_VALUES = ("-c", "--config", "--import-map", "--cert", "--location", "-L", "--log-level", "--seed")
NODE_VALUES = (
    "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file",
    "--title", "--tsconfig", "--preload", "--cwd",
)  # fmt: skip
PYTHON_VALUES = (
    "--from", "--with", "--with-editable", "--with-requirements", "-p", "--python", "--index", "--index-url",
    "-i", "--default-index", "--extra-index-url", "-f", "--find-links", "--directory", "--project",
    "--env-file", "--cache-dir", "--config-file", "-P", "--upgrade-package", "--refresh-package", "--spec",
    "--pip-args", "--color", "--prerelease", "--resolution", "--link-mode",
)  # fmt: skip
DOCKER_VALUES = ("-H", "--host", "--context", "--config", "-c", "-l", "--log-level", "--connection", "--url")
CONTAINER_VALUES = (
    "-e", "--env", "--env-file", "-v", "--volume", "--mount", "--name", "--network", "--net", "--entrypoint",
    "-p", "--publish", "-w", "--workdir", "-u", "--user", "--add-host", "--platform", "-l", "--label",
    "--pull", "-h", "--hostname", "-m", "--memory", "--cpus", "--dns", "--restart", "--security-opt",
    "--cap-add", "--cap-drop", "--tmpfs", "--shm-size", "--gpus", "--log-driver", "--ulimit", "--userns",
    "--ipc", "--pid", "--device", "--group-add", "--cidfile", "--runtime", "--stop-signal", "--volumes-from",
)  # fmt: skip
# Only the package's own file or a link to it: any folder may be called mcp-remote.
SCRIPT = re.compile(
    r"(?:^|/)mcp-remote(?:@[^/]*)?/(?:dist|src)/(?:proxy|client)\.[cm]?[jt]s$|(?:^|/)\.?bin/mcp-remote(?:-client)?$"
)
RUNNERS = {"npx-cli": "npx", "npm-cli": "npm", "pnpm": "pnpm", "pnpx": "pnpx", "yarn": "yarn"}


def npx(command: Command) -> list[Command]:
    for i, word in enumerate(command.words):
        if word in ("-c", "--call") and i + 1 < len(command.words):
            return in_text(command, command.words[i + 1], "sh")
        if not word.startswith("-"):
            break
    return package(command)


def package(command: Command) -> list[Command]:
    return [command.to(after_options(command.words, NODE_PACKAGE_VALUES))]


def npm(command: Command) -> list[Command]:
    """npm exec, pnpm dlx, yarn dlx; yarn also runs a package's program without a subcommand."""
    rest = after_options(command.words, NODE_PACKAGE_VALUES)
    if rest[:1] in (("exec",), ("x",)):
        return npx(command.to(rest[1:]))
    return package(command.to(rest[1:] if rest[:1] in (("dlx",), ("run",)) else rest))


def bun(command: Command) -> list[Command]:
    rest = after_options(command.words, NODE_VALUES)
    if rest[:1] == ("x",):
        return package(command.to(rest[1:]))
    if rest[:1] == ("run",):
        rest = after_options(rest[1:], NODE_VALUES)
    return script(command.to(rest)) or [command.to(rest)]


def deno(command: Command) -> list[Command]:
    rest = after_options(command.words, DENO_VALUES)
    if rest[:1] in (("run",), ("x",)):
        rest = after_options(rest[1:], DENO_VALUES)
    if rest and rest[0].startswith("npm:"):
        return [command.to((rest[0].removeprefix("npm:").strip("/"), *rest[1:]))]
    return script(command.to(rest))


def node(command: Command) -> list[Command]:
    return script(command.to(after_options(command.words, NODE_VALUES)))


def script(command: Command) -> list[Command]:
    if not command.words:
        return []
    path, *args = command.words
    path = path.replace("\\", "/")
    runner = RUNNERS.get(re.sub(r"\.[cm]?js$", "", path.rpartition("/")[2]))
    if SCRIPT.search(path):
        runner = "mcp-remote"
    return [command.to((runner, *args))] if runner else []


def python(command: Command) -> list[Command]:
    words = command.words
    at = words.index("-m") if "-m" in words else len(words)
    # -m ends Python's own options, and an option's value is not a module.
    return [command.to(words[at + 1 :])] if all(word.startswith("-") for word in words[:at]) else []


def uvx(command: Command) -> list[Command]:
    return [command.to(after_options(command.words, PYTHON_VALUES))]


def uv(command: Command) -> list[Command]:
    """uv tool run, uv run, pipx run."""
    rest = after_options(command.words, PYTHON_VALUES)
    rest = rest[1:] if rest[:1] == ("tool",) else rest
    return uvx(command.to(rest[1:])) if rest[:1] in (("run",), ("x",)) else []


def docker(command: Command) -> list[Command]:
    """docker run IMAGE COMMAND, and docker exec CONTAINER COMMAND."""
    rest = list(after_options(command.words, DOCKER_VALUES))
    rest = rest[1:] if rest[:1] == ["container"] else rest
    verb, env, start = rest[:1], dict(command.env), ""
    if verb not in (["run"], ["exec"]):
        return []
    rest = rest[1:]
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if not equals and option in CONTAINER_VALUES and rest:
            value = rest.pop(0)
        if option in ("-e", "--env") and ASSIGNMENT.match(value):
            name, _, env[name] = value.partition("=")
        elif option == "--entrypoint":
            start = value
    image, inside = rest[:1], rest[1:]
    if start:
        inside = [start, *inside]
    elif image and verb == ["run"] and (not inside or "://" in inside[0] or inside[0].startswith("-")):
        # The image's own program: an image named after a bridge starts that bridge.
        inside = [image[0].rpartition("/")[2].partition(":")[0], *inside]
    return [command._replace(words=tuple(inside), env=env)]


PACKAGES: Mapping[str, Callable[[Command], list[Command]]] = {
    **dict.fromkeys(("npx", "bunx", "pnpx"), npx),
    **dict.fromkeys(("npm", "pnpm", "yarn", "yarnpkg"), npm),
    "bun": bun,
    "deno": deno,
    **dict.fromkeys(("node", "nodejs", "tsx", "electron"), node),
    **dict.fromkeys(("python", "python3", "py"), python),
    "uvx": uvx,
    **dict.fromkeys(("uv", "pipx"), uv),
    **dict.fromkeys(("docker", "podman", "nerdctl"), docker),
}
