"""Reading plain JSON stays light: what only TOML or other platforms need is not imported."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "tomllib",
    "tomli_w",
    "pathlib",
    "dataclasses",
    "inspect",
    "asyncio",
    "keyrack.clients.codex",
    "keyrack.clients.keyrack_own",
    "keyrack.clients.bridge",
    "keyrack.clients.launchers",
)
CODE = """
import sys
from keyrack.clients.reader import read_all
assert read_all({"HOME": sys.argv[1]}, "linux", sys.argv[1]).servers
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


def test_a_json_configuration_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"a": {"url": "https://a.example"}}}))
    # -S: what an environment's own start-up files import is not ours.
    command = [sys.executable, "-S", "-c", CODE, str(tmp_path), *HEAVY]
    source = Path(__file__).parents[2] / "app"
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(source)}
    )
    assert done.stdout.split() == []
