"""`keyrack bridge`: an MCP server over stdio that relays to a remote one."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.cli.exits import INTERRUPTED
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.relay.relay import Relay

PIECE = 64 * 1024  # bytes of one read
MINUTE, MOST_NOTES = 60.0, 20
LAST_ANSWERS = 5.0  # seconds for responses after the program has closed our input


class Options(Arguments):
    operand: str
    interactive: bool = False
    account: str | None = None


VERB = Verb(
    name="bridge",
    operand="NAME|URL",
    options=(Option(("--interactive",), "open the browser if a login is needed"), ACCOUNT),
    takes=Options,
    text="""\
For the configuration of a program, as a local (stdio) server: each message that
the program writes to it is sent to the remote server with the token from the
keychain, and the server's messages are passed back unchanged. It speaks every
revision of streamable HTTP, and the older HTTP+SSE transport.

The token is refreshed before it expires and after a 401, once for all bridges
that run. If a login is needed, the program gets an error with the command to
run; with --interactive, the browser is opened instead, in one window however
many bridges there are. The bridge ends when the program does.""",
    examples=(
        ("An entry for a program", '{"command": "keyrack", "args": ["bridge", "linear"]}'),
        ("Use a server that is not configured", "keyrack bridge https://mcp.example.com/mcp"),
    ),
)


def run(context: Context, options: Options) -> int:
    import gc

    from keyrack.cli.context import target
    from keyrack.domain.connection import BRIDGE_URL
    from keyrack.operations.credential import credential_key
    from keyrack.operations.handout.hand_out import refuse_another
    from keyrack.operations.relay.relay import Relay

    gc.enable()  # it runs for long
    adapters = context.adapters()
    server = target(adapters, options.operand, options.account)
    if url := os.environ.get(BRIDGE_URL):
        refuse_another(server, url, BRIDGE_URL)
    credential_key(server)  # raises for one that can't have a credential, such as one with a key in its URL
    pipes = _Pipes()

    tell = Notes(lambda sentence: context.out.note(f"keyrack: {plain(sentence, 1000)}"))

    relay = Relay(adapters, server, pipes.write, tell, interactive=options.interactive)
    try:
        return pipes.relay(relay, tell)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        relay.close()


class Notes:
    """What is told on standard error, which programs keep in a file: a server must not fill the disk."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}  # when, by the sentence

    def __call__(self, sentence: str) -> None:
        """Tell it, unless the same was told in the last minute, or much else."""
        now = time.monotonic()
        with self._lock:
            self._said = {each: at for each, at in self._said.items() if now - at < MINUTE}
            if sentence in self._said or len(self._said) >= MOST_NOTES:
                return
            self._said[sentence] = now
        self._say(sentence)


class _Pipes:
    """The program's side: our standard input and output, which nothing else uses from now on."""

    def __init__(self) -> None:
        self._input, self._output = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(2 if _is_open(2) else null, 1)  # what a library prints is not for the program
        os.close(null)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._problem = ""

    def relay(self, relay: Relay, tell: Callable[[str], Any]) -> int:
        """Until the program closes our input or output, or is gone."""
        from keyrack.system.watch import watch

        reader = threading.Thread(target=self._read, args=(relay,), name="stdin", daemon=True)
        reader.start()
        watching = (self._output, self._ended, self._ended.set, relay.tick)
        threading.Thread(target=watch, args=watching, name="watch", daemon=True).start()
        while not self._ended.wait(0.5):  # an endless wait can't be interrupted on Windows
            pass
        if self._problem:
            tell(self._problem)
        return 1 if self._problem else 0

    def write(self, line: bytes) -> None:
        """Write a line. Blocks while the program does not read."""
        with self._lock:
            rest = memoryview(line + b"\n")
            while rest and not self._ended.is_set():
                try:
                    rest = rest[os.write(self._output, rest) :]
                except BlockingIOError:  # somebody has made the pipe non-blocking
                    select.select([], [self._output], [], 1.0)
                except OSError as error:
                    if not isinstance(error, BrokenPipeError):
                        self._problem = f"The output can't be written: {error.strerror}."
                    self._ended.set()

    def _read(self, relay: Relay) -> None:
        from keyrack.relay.lines import LineReader

        lines = LineReader()
        while piece := self._piece():
            for line in lines.feed(piece):
                relay.accept(line)
        relay.accept(lines.rest())
        relay.finish(LAST_ANSWERS)
        self._ended.set()

    def _piece(self) -> bytes:
        """What has arrived; b"" at the end."""
        while True:
            try:
                return os.read(self._input, PIECE)
            except BlockingIOError:
                select.select([self._input], [], [], 1.0)
            except OSError:
                return b""


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
