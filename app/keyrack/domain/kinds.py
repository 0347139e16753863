"""The types of JSON and TOML values, in words."""

from typing import Any

KINDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def kind(value: Any) -> str:
    """A value's type, in words. Never the value."""
    return KINDS.get(type(value), "something else")
