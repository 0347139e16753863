"""Parsing YAML. The parser is imported only when there is a file to parse.

PyYAML rather than ruamel.yaml: keyrack reads YAML and never writes it, so it does not need a round trip that
keeps comments, and PyYAML has a parser in C and no dependency of its own. Its events are checked before
anything is built from them: aliases may multiply a small file without end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keyrack.domain.named_tuple import NamedTuple
from keyrack.system.files import Malformed

DEEPEST = 100  # nested lists and objects
MOST = 100_000  # values, with every alias counted as what it stands for


class Document(NamedTuple):
    data: Any
    repeated: tuple[str, ...]  # duplicate keys of an object; the last one counts


def parse(text: str) -> Document:
    """Parse one document. Raises Malformed, also for tags, several documents, and aliases that multiply."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        repeated = _checked(yaml.parse(text, Loader=loader), yaml)
        return Document(_as_in_json(yaml.load(text, Loader=loader)), repeated)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in (error.problem or ""):  # the parser's own limit
            raise Malformed("It is nested too deeply for a configuration file.") from None
        mark = error.problem_mark or error.context_mark
        what = (error.problem or "").split(",")[0].split("'")[0].split('"')[0].strip()
        raise Malformed(
            f"It is not valid YAML{f' ({what})' if what else ''}.", mark and mark.line + 1
        ) from None
    except yaml.reader.ReaderError:
        raise Malformed("It contains characters that YAML does not allow.") from None
    except RecursionError:
        raise Malformed("It is nested too deeply for a configuration file.") from None
    except (ValueError, OverflowError):
        raise Malformed("It contains an invalid number or date.") from None


def _as_in_json(value: Any) -> Any:
    """With keys that are text, and dates as text."""
    if isinstance(value, dict):
        return {str(key): _as_in_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_in_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


class _Open:
    """A list or an object whose end has not been read."""

    def __init__(self, anchor: str | None, is_object: bool) -> None:
        self.anchor = anchor
        self.size = 1  # values in it, and itself
        self.keys: set[str] | None = set() if is_object else None
        self.at_key = is_object


def _checked(events: Iterable[Any], yaml: Any) -> tuple[str, ...]:
    """The duplicate keys. Raises Malformed for what a configuration file does not need."""
    sizes: dict[str, int] = {}  # by anchor; no size yet: inside of itself
    stack = [_Open(None, False)]
    repeated: dict[str, None] = {}
    documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise Malformed("It contains several documents.", line)
        if getattr(event, "tag", None) is not None:
            raise Malformed("It contains a tag (!), which keyrack does not read.", line)
        if isinstance(event, yaml.CollectionStartEvent):
            _take(stack[-1], None, repeated)
            stack.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent)))
            if len(stack) > DEEPEST:
                raise Malformed("It is nested too deeply for a configuration file.", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = stack.pop()
            stack[-1].size += done.size
            if done.anchor:
                sizes[done.anchor] = done.size
        elif isinstance(event, yaml.ScalarEvent):
            _take(stack[-1], event.value, repeated)
            stack[-1].size += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise Malformed("An alias (*) stands for nothing, or for what contains it.", line)
            _take(stack[-1], None, repeated)
            stack[-1].size += sizes[event.anchor]
        if stack[-1].size > MOST:
            raise Malformed("It is too large for a configuration file, or its aliases multiply.", line)
    return tuple(repeated)


def _take(parent: _Open, key: str | None, repeated: dict[str, None]) -> None:
    """Count a key or a value of `parent`; `key` is its text if it is one."""
    if parent.keys is None:
        return
    if parent.at_key and key is not None and key != "<<":
        if key in parent.keys:
            repeated[key] = None
        parent.keys.add(key)
    parent.at_key = not parent.at_key
