"""Selects rows by words: `claude state:login-needed -kind:token account:"Ana Lopez"`. Pure functions.

A word with one of the `KEYS` selects by that property; any other word, also one with a colon, is looked for
in a row's names, address, account, state and programs. Of several words with the same key one is enough;
apart from that, a row must meet all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.text import plain
from keyrack.operations.ports import by_client
from keyrack.operations.servers.overview import Row
from keyrack.wording.states import KINDS, SWITCHED_OFF, in_words

_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_KEYED = re.compile(r"([-!]?)(\w+):(.*)", re.DOTALL)
_COMPLETED = 2  # letters of a key that are enough to suggest it


class Term(NamedTuple):
    """One word of a filter."""

    key: str  # one of KEYS; "" for a word that is looked for everywhere
    values: tuple[str, ...]  # one of them is enough; () while nothing has been typed after the colon
    is_negated: bool = False


def parse(needle: str) -> tuple[Term, ...]:
    """The words of a filter."""
    return tuple(_term(word) for word in _WORD.findall(needle))


def matching(rows: Iterable[Row], needle: str) -> list[Row]:
    """The rows that a filter selects, in their order."""
    words: list[Term] = []
    wanted: dict[str, tuple[str, ...]] = {}
    for term in parse(needle):
        if not term.key or term.is_negated:
            words.append(term)
        elif term.values:
            wanted[term.key] = wanted.get(term.key, ()) + term.values
    terms = [*words, *(Term(key, values) for key, values in wanted.items())]
    return [row for row in rows if all(_meets(row, term) for term in terms)]


def suggestion(needle: str, rows: Iterable[Row]) -> str | None:
    """The filter with its last word completed, by what the rows have; None if there is nothing to add."""
    words = list(_WORD.finditer(needle))
    if not words or words[-1].end() < len(needle):
        return None
    last = words[-1][0]
    keyed = _KEYED.fullmatch(last)
    if keyed is None:
        begun = last.lstrip("-!").casefold()
        fitting = [key for key in KEYS if len(begun) >= _COMPLETED and key.startswith(begun)]
        return f"{needle}{fitting[0][len(begun) :]}:" if fitting else None
    key, value = keyed[2].casefold(), keyed[3]
    if key not in KEYS:
        return None
    return _completed(needle, key, value, rows)


def _completed(needle: str, key: str, value: str, rows: Iterable[Row]) -> str | None:
    is_quoted = value.startswith('"')
    begun = value[1:] if is_quoted else value.rsplit(",", 1)[-1]
    if '"' in begun:
        return None  # its end has been typed
    typed = _plain(begun)
    seen: Counter[str] = Counter()
    for row in rows:
        seen.update(tuple(dict.fromkeys(KEYS[key](row))))
    for name, _ in seen.most_common():
        if not _plain(name).startswith(typed) or not _can_be_typed(name, is_quoted=is_quoted):
            continue
        whole = f'{name}"' if is_quoted else "-".join(name.casefold().split())
        return needle + whole[len(begun) :] if len(whole) > len(begun) else None
    return None


def _can_be_typed(name: str, *, is_quoted: bool) -> bool:
    """A label can be anybody's words: with characters that can't be shown, or that would end the word."""
    return plain(name) == name and name[:1].isalnum() and '"' not in name and (is_quoted or "," not in name)


def _term(word: str) -> Term:
    keyed = _KEYED.fullmatch(word)
    if keyed is not None and keyed[2].casefold() in KEYS:
        value = keyed[3]
        values = [value] if '"' in value else value.split(",")
        typed = (_plain(each.replace('"', "")) for each in values)
        return Term(keyed[2].casefold(), tuple(each for each in typed if each), bool(keyed[1]))
    is_negated = word.startswith("!")
    text = word[is_negated:].replace('"', "").casefold()
    return Term("", (text,) if text else (), is_negated)


def _meets(row: Row, term: Term) -> bool:
    if not term.values:
        return True
    if not term.key:
        return (term.values[0] in _haystack(row)) is not term.is_negated
    names = [_plain(name) for name in KEYS[term.key](row)]
    found = any(name.startswith(value) for name in names for value in term.values)
    return found is not term.is_negated


def _plain(text: str) -> str:
    """Hyphens are spaces here, so that a name with spaces needs no quotes."""
    return text.replace("-", " ").replace("_", " ").casefold()


def _haystack(row: Row) -> str:
    server = row.server
    words = (
        server.name,
        *server.aliases,
        server.url or "",
        *_accounts(row),
        in_words(row.status),
        *_clients(row),
        *([SWITCHED_OFF] if server.is_off else []),
    )
    text = " ".join(words).replace("-", " ").casefold()
    return f"{text} {server.name.casefold()} {server.url or ''}"


def _states(row: Row) -> Iterable[str]:
    """As shown, and as in `--json`. One that is switched off shows that instead of its state."""
    if row.server.is_off:
        return (SWITCHED_OFF, "off")
    locked = ("locked",) if row.locked else ()
    return (*in_words(row.status).split(" · "), row.status.state.value, *locked)


def _clients(row: Row) -> Iterable[str]:
    """The programs that list it, and those that hold a login for it."""
    return (*by_client(row.server.sources), *(held.client for held in row.elsewhere))


def _kinds(row: Row) -> Iterable[str]:
    return (KINDS.get(row.kind, row.kind), row.kind)


def _accounts(row: Row) -> Iterable[str]:
    label = row.credential.label if row.credential else ""
    return (row.server.account, label) if label else (row.server.account,)


KEYS: dict[str, Callable[[Row], Iterable[str]]] = {
    "state": _states,
    "client": _clients,
    "kind": _kinds,
    "account": _accounts,
}
