"""The lines of the list of programs: one for each program, and one for each of its servers."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyrack.operations.sharing.clients import Client, Entry
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, say, short_path
from keyrack.wording.clients import WAYS, holds, ways
from keyrack.wording.glyphs import NOTHING, WARNING
from keyrack.wording.held import exposed, held_words
from keyrack.wording.tones import Tone

GAP = 2  # columns between two
NARROW, NAME, LONG_NAME = 100, 14, 20  # "Claude Desktop", and "mcp-use (TypeScript)" if there is room
HOLDS, WAY, NAMES = 22, 18, (10, 24)  # columns of an entry; the name's least and most


def unread(programs: Sequence[str], *, may_ask: bool) -> Content:
    """Why some programs' keychain items are not shown, and what to do."""
    if not programs:
        return Content("")
    whose = f"{WARNING} What {', '.join(programs)} may hold in the keychain is not shown:"
    key = keymap.key_of("clients-keychain")
    if may_ask:
        return say(f"{whose} the system may ask you for permission. Press {key} to read it.", Tone.WARN)
    return say(f"{whose} the keychain is locked. Unlock it, then press {key}.", Tone.WARN)


def program_columns(width: int) -> tuple[tuple[str, int], ...]:
    name = NAME if width < NARROW else LONG_NAME
    return (("Program", name), ("Servers", 7), ("Holds", 8), ("Credentials", 0))  # 0: the rest


def entry_columns(width: int) -> tuple[tuple[str, int], ...]:
    """A narrow screen cuts the names first, which the list of servers has in full."""
    name = min(max(width - HOLDS - WAY - 2 * GAP, NAMES[0]), NAMES[1])
    return (("Server", name), ("Holds", HOLDS), ("Credentials", 0))


def heading(columns: Sequence[tuple[str, int]], width: int) -> Content:
    return line([say(word, Tone.DIM) for word, _ in columns], columns, width)


def line(cells: Sequence[Content], columns: Sequence[tuple[str, int]], width: int) -> Content:
    """The cells side by side; each is cut to its column."""
    found, left = list[Content](), width
    for cell, (_, wanted) in zip(cells, columns, strict=True):
        room = min(wanted or left, max(left, 0))
        found.append(cell.truncate(room, ellipsis=True).pad_right(max(room - cell.cell_length, 0) + GAP))
        left -= room + GAP
    return join(*found)


def program(client: Client, now: float, width: int) -> Content:
    tone = Tone.PLAIN if client.is_found else Tone.DIM
    listed = sum(entry.source is not None for entry in client.entries)
    servers = say(str(listed) if listed else NOTHING, tone if listed else Tone.DIM)
    if not client.is_found:
        credentials = say("not found", Tone.DIM)
    else:
        credentials = say(*ways(entry.way for entry in client.entries))
    cells = [say(client.name, tone), servers, say(*holds(client.held, now)), credentials]
    return line(cells, program_columns(width), width)


def entry(each: Entry, now: float, width: int) -> Content:
    words, tone = WAYS[each.way]
    if each.row is None:
        words, tone = "no program lists it", Tone.WARN
    elif each.source is None:
        words = f"{words}, not in its files"
    off = each.source is not None and each.source.disabled
    name = say(each.name, Tone.DIM if off else Tone.PLAIN)
    held = say(*held_words(each.held[0], now)) if each.held else say(NOTHING, Tone.DIM)
    return line([name, held, say(words, tone)], entry_columns(width), width)


def files(client: Client) -> Content:
    """The program's files, each with what is wrong with it; where keyrack looked if there are none."""
    held = {each.place.name: each.place for each in client.held}
    lines: list[Content] = []
    for path in client.files:
        warning = exposed(held[path]) if path in held else ""
        lines.append(say(short_path(path), Tone.DIM))
        if warning:
            lines.append(say(f"{WARNING} {warning}", Tone.WARN))
    lines += [say(f"{WARNING} {problem.sentence}", Tone.WARN) for problem in client.problems]
    if not lines:
        lines = [say(f"{short_path(place.path)}: {place.found}", Tone.DIM) for place in client.places]
    return Content("\n").join(lines)


def no_match(needle: str) -> Content:
    """The text where the filter hides every program."""
    if not needle:
        return Content("")
    clear = keymap.key_of("clients-back")
    return Content("\n").join(
        [
            join("No program matches ", say(needle, Tone.STRONG, limit=60)),
            join(say(clear, Tone.KEY), "  clear the filter"),
        ]
    )


def no_servers(client: Client) -> Content:
    """The text instead of a program's servers, with the keys that can change it."""
    back, connect = keymap.key_of("clients-servers"), keymap.key_of("connect")
    return join(
        say(f"No servers here. In the list of servers ({back}), {connect} connects one to it.", Tone.DIM)
        if client.is_found
        else say("It was not found on this machine.", Tone.DIM)
    )
