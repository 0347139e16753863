"""The public conformance suite, every `auth/*` client scenario, with keyrack as the client."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.authserver import node
from support.require import need

FOLDER = Path(__file__).parent.parent / "support" / "conformance"
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
# Extensions of the specification, which keyrack does not speak.
EXTENSIONS = {
    OLD: "client-credentials-jwt client-credentials-basic cross-app-access-complete-flow".split(),
    NEW: """
        client-credentials-jwt client-credentials-basic enterprise-managed-authorization dpop dpop-nonce
        wif-jwt-bearer
    """.split(),
}
# 0.1.16 serves this scenario's metadata with an issuer that is not the one asked: refusing it is right.
WRONG_ISSUER = (OLD, "2025-03-26-oauth-metadata-backcompat")

RUNS = [
    *((OLD, name, None) for name in BOTH),
    *((NEW, name, None) for name in BOTH + ONLY_NEW),
    *((NEW, name, revision) for revision in ("2025-11-25", "2026-07-28") for name in BOTH + ONLY_NEW),
]


def suite(version: str, *words: str) -> subprocess.CompletedProcess[str]:
    need("the conformance suite (npm ci --prefix tests/support/conformance)",
         node() is not None and (FOLDER / "node_modules" / version).is_dir())  # fmt: skip
    program = FOLDER / "node_modules" / version / "dist" / "index.js"
    return subprocess.run(
        [str(node()), str(program), *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=FOLDER,
        check=False,
    )


@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_scenarios_here_are_all_that_the_suite_has(version: str) -> None:
    listed = suite(version, "list")
    expected = BOTH + EXTENSIONS[version] + (ONLY_NEW if version == NEW else [])
    assert sorted(set(re.findall(r"auth/([\w-]+)", listed.stdout + listed.stderr))) == sorted(expected)


@pytest.mark.parametrize(("version", "scenario", "revision"), RUNS)
def test_conformance(version: str, scenario: str, revision: str | None, tmp_path: Path) -> None:
    client = f"{sys.executable} {FOLDER / 'client.py'}"
    at = ["--spec-version", revision] if revision else []
    run = suite(
        version, "client", "--command", client, "--scenario", f"auth/{scenario}", "-o", str(tmp_path), *at
    )
    said = run.stdout + run.stderr
    if "is not applicable at spec version" in said:
        return  # the scenario is about another revision
    if (version, scenario) == WRONG_ISSUER:
        assert "another issuer" in said
        return
    assert "OVERALL: PASSED" in said, said[-3000:]
