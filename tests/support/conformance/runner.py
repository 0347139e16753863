"""The conformance suite's command line, started once for many runs (see runner.mjs)."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.authserver import node
from support.require import need

FOLDER = Path(__file__).parent
LIMIT = 120  # seconds for one run; the suite itself gives a client 30


class Runner:
    """One version of the suite. What a run says is its output and its errors, as on a terminal."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self._process, self._errors = process, errors

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        job = {"words": words, "env": {**(os.environ if env is None else env)}}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()
        ready = select.select([self._process.stdout], [], [], LIMIT)[0]
        answer = self._process.stdout.readline() if ready else b""
        assert answer, f"no answer from the suite to {words}: {self._errors.read_text()}"
        return json.loads(answer)["said"]


@contextmanager
def runner(version: str) -> Iterator[Runner]:
    need("the conformance suite (npm ci --prefix tests/support/conformance)",
         node() is not None and (FOLDER / "node_modules" / version).is_dir())  # fmt: skip
    index = FOLDER / "node_modules" / version / "dist" / "index.js"
    with tempfile.NamedTemporaryFile() as errors:
        process = subprocess.Popen(
            [str(node()), str(FOLDER / "runner.mjs"), str(index)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=FOLDER,
            env={**os.environ, "NODE_COMPILE_CACHE": str(FOLDER / "node_modules/.compiled")},
        )
        try:
            yield Runner(process, Path(errors.name))
        finally:
            process.kill()
            process.communicate()
