"""One call of a tool over a program's pipes, by JSON-RPC: its result's text, or exit code 1.

stdio.py TOOL -- COMMAND…                  COMMAND is an MCP server
stdio.py --codex SERVER TOOL -- COMMAND…   COMMAND is Codex's app-server, which calls SERVER's tool
stdio.py --codex SERVER TOOL SECONDS -- …  and again in the same session, so many seconds later
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

PROTOCOL = "2025-06-18"
ME = {"name": "keyrack-tests", "version": "1"}


class Peer:
    """A program that answers JSON-RPC, a line each. Whoever runs this limits the time."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._last = 0

    def tell(self, method: str, **more: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", "method": method, **more}) + "\n")
        self._process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        """Its result. Ends this program if it is an error, or if the peer has ended."""
        self._last += 1
        self.tell(method, id=self._last, params=params)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if message.get("id") == self._last and "method" not in message:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
        sys.exit(f"{method}: it ended without an answer")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait()


def main(words: list[str], command: list[str]) -> None:
    peer = Peer(command)
    try:
        if words[0] == "--codex":
            _, server, tool, *later = words
            peer.ask("initialize", {"clientInfo": ME})
            peer.tell("initialized")
            thread = peer.ask("thread/start", {})["thread"]["id"]
            call = {"threadId": thread, "server": server, "tool": tool, "arguments": {}}
            result = peer.ask("mcpServer/tool/call", call)
            for seconds in later:
                time.sleep(float(seconds))
                result = peer.ask("mcpServer/tool/call", call)
        else:
            peer.ask("initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": ME})
            peer.tell("notifications/initialized")
            result = peer.ask("tools/call", {"name": words[0], "arguments": {}})
    finally:
        peer.close()
    text = " ".join(part.get("text", "") for part in result.get("content", ()))
    sys.exit(f"error: {text}") if result.get("isError") else print(text)


if __name__ == "__main__":
    split = sys.argv.index("--")
    main(sys.argv[1:split], sys.argv[split + 1 :])
