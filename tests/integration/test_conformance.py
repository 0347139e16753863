"""The public conformance suite: every `auth/*` client scenario, with keyrack as the client.

`keyrack login URL` alone where a login is all, `keyrack.Auth` where calls must follow.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from support.conformance.client import METADATA_DOCUMENT
from support.conformance.runner import FOLDER, Runner, runner
from support.keychain import private_keychain

Suites = Callable[[str], Runner]
OLD, NEW = "conformance-0.1", "conformance-0.2"

BOTH = """
    metadata-default metadata-var1 metadata-var2 metadata-var3 basic-cimd scope-from-www-authenticate
    scope-from-scopes-supported scope-omitted-when-undefined scope-step-up scope-retry-limit
    token-endpoint-auth-basic token-endpoint-auth-post token-endpoint-auth-none pre-registration
    2025-03-26-oauth-metadata-backcompat 2025-03-26-oauth-endpoint-fallback
    resource-mismatch offline-access-scope offline-access-not-supported
""".split()
ONLY_NEW = """
    authorization-server-migration iss-supported iss-not-advertised iss-supported-missing iss-wrong-issuer
    iss-unexpected iss-normalized metadata-issuer-mismatch
""".split()
MACHINES = ["client-credentials-jwt", "client-credentials-basic"]  # an extension
# Extensions that keyrack does not speak.
OTHERS = {
    OLD: ["cross-app-access-complete-flow"],
    NEW: "enterprise-managed-authorization dpop dpop-nonce wif-jwt-bearer".split(),
}
# These ask for calls after the login, or for what the suite's context says (a client id, a key).
CALLS = {
    "scope-step-up", "scope-retry-limit", "pre-registration", "authorization-server-migration", *MACHINES,
}  # fmt: skip
# 0.1.16 serves this scenario's metadata with an issuer that is not the one asked: refusing it is right.
WRONG_ISSUER = (OLD, "2025-03-26-oauth-metadata-backcompat")

RUNS = [
    *((OLD, name, None) for name in BOTH + MACHINES),
    *((NEW, name, None) for name in BOTH + ONLY_NEW + MACHINES),
    *((NEW, name, revision) for revision in ("2025-11-25", "2026-07-28") for name in BOTH + ONLY_NEW),
]
BY_LOGIN = [run for run in RUNS if run[1] not in CALLS]
# Where a login would be all, Auth runs on the newest suite's default wire alone: one of both is enough.
BY_AUTH = [run for run in RUNS if run[1] in CALLS or run == (NEW, run[1], None)]


@pytest.fixture(scope="module")
def suites() -> Iterator[Suites]:
    """The suite in this version, started when a test asks for it."""
    with ExitStack() as started:
        yield cache(lambda version: started.enter_context(runner(version)))


def judge(version: str, scenario: str, said: str) -> None:
    if "is not applicable at spec version" in said:
        return  # the scenario is about another revision
    if (version, scenario) == WRONG_ISSUER:
        assert "another issuer" in said
        return
    assert "OVERALL: PASSED" in said, said[-3000:]


@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_scenarios_here_are_all_that_the_suite_has(version: str, suites: Suites) -> None:
    expected = BOTH + MACHINES + OTHERS[version] + (ONLY_NEW if version == NEW else [])
    assert sorted(set(re.findall(r"auth/([\w-]+)", suites(version).run("list")))) == sorted(expected)


@pytest.mark.parametrize(("version", "scenario", "revision"), BY_AUTH)
def test_conformance_of_keyrack_auth(
    version: str, scenario: str, revision: str | None, tmp_path: Path, suites: Suites
) -> None:
    client = f"{sys.executable} {FOLDER / 'client.py'}"
    at = ["--spec-version", revision] if revision else []
    words = ["--command", client, "--scenario", f"auth/{scenario}", "-o", str(tmp_path), *at]
    judge(version, scenario, suites(version).run("client", *words))


@pytest.fixture(scope="module")
def keychain() -> Iterator[dict[str, str]]:
    with private_keychain() as env:
        yield env


@pytest.mark.parametrize(("version", "scenario", "revision"), BY_LOGIN)
def test_conformance_of_keyrack_login(
    version: str,
    scenario: str,
    revision: str | None,
    tmp_path: Path,
    keychain: dict[str, str],
    suites: Suites,
) -> None:
    login = Path(sys.executable).with_name("keyrack")
    document = f"--client-metadata-url {METADATA_DOCUMENT}" if scenario == "basic-cimd" else ""
    at = ["--spec-version", revision] if revision else []
    words = ["--command", f"{login} login -v {document}", "--scenario", f"auth/{scenario}", *at]
    env = {**os.environ, **keychain, "BROWSER": f"{sys.executable} {FOLDER / 'browser.py'} %s"}
    judge(version, scenario, suites(version).run("client", *words, "-o", str(tmp_path), env=env))
