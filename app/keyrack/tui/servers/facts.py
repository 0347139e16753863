"""The text about one row: its expiry in the table, and its lines in the detail pane."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyrack.domain.address_key import shown
from keyrack.domain.event import Event
from keyrack.domain.model import Header
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import State
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import HIDDEN, join, say
from keyrack.tui.servers.held_facts import Lines, held_facts, spot_of
from keyrack.tui.servers.history_facts import history
from keyrack.tui.servers.marks import Trouble
from keyrack.tui.servers.plain_facts import secret_facts, source_line, warning
from keyrack.wording import expiry as wording
from keyrack.wording.states import status_words, tone_of
from keyrack.wording.times import local, relative
from keyrack.wording.tones import Tone

CLIENT_KINDS = {
    "pre-registered": "pre-registered",
    "metadata-document": "metadata document",
    "dynamic": "dynamic",
}
# What a server answered, where the verdict's own word does not say it.
ANSWERS = {"open": "no login needed", "optional": "login optional", "required": "needs a credential"}


class Fact(NamedTuple):
    label: str
    value: Content


def expiry(row: Row, now: float) -> tuple[str, Tone]:
    """The table's column "Expires"."""
    return wording.expiry(row.kind, row.status.state, row.credential, now)


def facts(
    row: Row,
    now: float,
    trouble: Trouble | None = None,
    lines: Lines | None = None,
    events: Sequence[Event] | None = None,
) -> list[Fact]:
    """The lines of the detail pane; unknown facts have no line.

    `lines`: where tokens of other programs stand in their files. `events`: of its credential.
    """
    found = [Fact("Status", status(row, now)), Fact("Why", say(row.status.reason))]
    if trouble is not None:
        when = say(f"{trouble.doing}, {relative(trouble.at - now)}: ", Tone.DIM)
        found.append(Fact("Failed", join(when, say(trouble.sentence, Tone.WARN))))
    todo = _next(row)
    if todo is not None:
        found.append(Fact("Next", todo))
    found.append(Fact("Account", _account(row)))
    if row.server.tag and row.server.sources:
        found.append(Fact("Note", say("Other servers have this URL too, each with its own credential.")))
    found += _credential_facts(row, now)
    found += _environment_facts(row, lines or {})
    held = held_facts(row.server, row.elsewhere, now, lines or {})
    found += [Fact("Elsewhere" if not place else "", block) for place, block in enumerate(held)]
    if row.server.sources:
        sources = (source_line(source, (lines or {}).get(spot_of(source))) for source in row.server.sources)
        found.append(Fact("Found in", Content("\n").join(sources)))
    if row.check is not None:
        ago = relative(row.check.at - now)
        found.append(
            Fact(
                "Checked", join(ago, say(f" · {ANSWERS.get(row.check.verdict, row.check.verdict)}", Tone.DIM))
            )
        )
    past = history(row, events, now) if events is not None else None
    if past is not None:
        found.append(Fact("History", past))
    return found


def status(row: Row, now: float) -> Content:
    """The state, and when it ends."""
    expires = row.credential.expires_at if row.credential else None
    refused = row.credential is not None and row.credential.refused_at is not None
    if expires is None or refused or row.status.state in (State.CONFIGURED, State.EMPTY_HEADER):
        return status_of_row(row)
    verb = "expires" if expires > now else "expired"
    return join(status_of_row(row), say(f" · {verb} {local(expires, now)}"))


def status_of_row(row: Row) -> Content:
    """The state: "● valid · renews itself", "○ held by Claude Code"."""
    return say(status_words(row.status), tone_of(row.status))


def _next(row: Row) -> Content | None:
    key, command = keymap.key_for(row.status.action), row.command
    words: list[Content | str] = []
    if key:
        words += ["press ", say(key, Tone.KEY)]
    if command:
        words += [say(" or run " if key else "run ", Tone.DIM), say(command)]
    return join(*words) if words else None


def _account(row: Row) -> Content:
    label = row.credential.label if row.credential else ""
    return join(say(row.server.account), say(f" · {label}", Tone.DIM) if label else "")


def _credential_facts(row: Row, now: float) -> list[Fact]:
    credential = row.credential
    if credential is None:
        return []
    found: list[Fact] = []
    if credential.scopes:
        found.append(Fact("Scopes", say(" ".join(credential.scopes))))
    if credential.added_scopes:
        beside = say(" · in addition to the server's scopes", Tone.DIM)
        found.append(Fact("Added", join(say(" ".join(credential.added_scopes)), beside)))
    if credential.issuer:
        found.append(Fact("Issuer", say(credential.issuer)))
    if credential.client_id:
        kind = CLIENT_KINDS.get(credential.client_kind or "", "known")
        found.append(Fact("Client", join(say(kind), say(f" · {_short(credential.client_id)}", Tone.DIM))))
    if credential.kind == "secrets":
        lines = [join(say(name), say(f" {HIDDEN}", Tone.DIM)) for name in credential.secrets]
        stored = [Fact("Stored", say(credential.store))] if credential.store else []
        return [Fact("Secrets", Content("\n").join(lines)), *stored]
    if credential.kind == "token":
        found.append(Fact("Header", say(credential.header)))
    else:
        found.append(Fact("Refresh", _refresh(row, now)))
    found.append(Fact("Token", join(say(HIDDEN, Tone.DIM), say(" hidden", Tone.DIM))))
    if credential.store:
        found.append(Fact("Stored", say(credential.store)))
    return found


def _refresh(row: Row, now: float) -> Content:
    credential = row.credential
    assert credential is not None
    if not credential.refreshable:
        return say("no")
    if credential.refresh_refused_at is not None:
        return say(f"refused {local(credential.refresh_refused_at, now)}", Tone.WARN)
    if credential.refreshed_at is None:
        return say("yes")
    return join("yes", say(f" · last {local(credential.refreshed_at, now)}", Tone.DIM))


def _environment_facts(row: Row, lines: Lines) -> list[Fact]:
    server, found = row.server, list[Fact]()
    if server.command:
        found.append(Fact("Program", say(server.command)))
    secrets = secret_facts(server, lines)
    found += [Fact("" if place else "Secrets", block) for place, block in enumerate(secrets)]
    beside = [header for header in server.plaintext_headers if header not in server.headers]
    for header in (*server.headers, *beside):
        found.append(Fact("Header", _header(header, lines)))
    if server.helper is not None:
        helper = say(f"{server.helper.key}: {HIDDEN}"), source_line(server.helper.source)
        found.append(Fact("Helper", Content("\n").join(helper)))
    variables = [*server.variables, *(v for header in server.headers for v in header.variables)]
    if variables:
        needed = [
            join(say(v.name), say(" set", Tone.GOOD) if v.is_set else say(" not set", Tone.WARN))
            for v in variables
        ]
        found.append(Fact("Needs", Content("\n").join(needed)))
    return found


def _header(header: Header, lines: Lines) -> Content:
    found = [join(say(header.name), say(f": {header.reference}", Tone.DIM))]
    if header.source is not None:
        found.append(source_line(header.source, lines.get(spot_of(header.source))))
    if header.plaintext:
        found.append(warning(header.not_movable_because))
    return Content("\n").join(found)


def _short(client_id: str) -> str:
    return client_id if len(client_id) <= 24 else f"{client_id[:8]}…{client_id[-4:]}"


def address(row: Row) -> str:
    """The line below the name: the URL, or the command of a stdio server."""
    if row.server.url:
        return shown(row.server.url)
    return "an entry that is not valid" if row.server.problem else "a local process (stdio)"
