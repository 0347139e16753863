"""`typing.NamedTuple`, defined in a tenth of the time.

A command defines some fifty of them, each of which takes `typing` 0.3 ms: it checks the annotations, and
compiles a constructor that mostly is never called. Here annotations are only names, and a constructor is
compiled when the first tuple of its class is made. A module that defines such classes must have
`from __future__ import annotations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter

    class _Definition(type):
        """Makes the class of a definition: a subclass of `tuple`, of which this is no metaclass any more."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            body["__slots__"], body["_fields"], body["__match_args__"] = (), fields, fields
            body["_field_defaults"] = {field: body[field] for field in fields if field in body}
            for position, field in enumerate(fields):
                body[field] = _tuplegetter(position, "")
            return type(name, (_Fields,), body)

    class _Fields(tuple):
        """What all of them have in common, as `collections.namedtuple` defines it."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            cls.__new__ = staticmethod(_constructor(cls))
            return cls.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **changed):
            made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"Got unexpected field names: {list(changed)!r}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

    def _constructor(cls):
        """A function, because one with `*values` takes twice as long for each tuple."""
        names = ", ".join(cls._fields)
        code = f"lambda cls, {names}: make(cls, ({names}, ))" if names else "lambda cls: make(cls, ())"
        made = eval(code, {"__builtins__": {}, "make": tuple.__new__})  # noqa: S307  # names of fields, no input
        made.__name__, made.__qualname__ = "__new__", f"{cls.__name__}.__new__"
        made.__defaults__ = tuple(cls._field_defaults.values())
        return made

    class NamedTuple(metaclass=_Definition):
        """The base of a definition."""
