"""Named tuples behave as those of `typing`, and their constructors are made late."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from keyrack.domain.named_tuple import NamedTuple


class Ours(NamedTuple):
    """A point."""

    x: int
    y: int = 2
    other: NotDefinedAnywhere = None  # type: ignore[name-defined]  # noqa: F821

    @property
    def total(self) -> int:
        return self.x + self.y


class Theirs(typing.NamedTuple):
    x: int
    y: int = 2
    other: Any = None


class Empty(NamedTuple):
    pass


def test_fields_come_by_position_by_name_and_by_default() -> None:
    assert Ours(1) == Ours(x=1, y=2) == (1, 2, None)
    assert (Ours(1, other="z").other, Ours(3).total, Empty()) == ("z", 5, ())


@pytest.mark.parametrize("arguments", [((), {}), ((1, 2, 3, 4), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_wrong_arguments_are_refused_as_theirs_are(arguments: tuple[Any, Any]) -> None:
    values, named = arguments
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_it_is_a_tuple_with_the_same_helpers() -> None:
    ours, theirs = Ours(1), Theirs(1)
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert ours._asdict() == theirs._asdict()
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert hash(ours) == hash(theirs)
    assert (ours._replace(y=5), Ours._make([1, 5])) == (Ours(1, 5), Ours(1, 5))
    with pytest.raises(ValueError, match="z"):
        ours._replace(z=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Ours._make([])


def test_it_can_be_matched_pickled_and_copied_but_not_changed() -> None:
    match Ours(1):
        case Ours(x, y):
            assert (x, y) == (1, 2)
    for again in (pickle.loads(pickle.dumps(Ours(1))), copy.copy(Ours(1)), copy.deepcopy(Ours(1))):
        assert (again, type(again)) == (Ours(1), Ours)
    with pytest.raises(AttributeError):
        Ours(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours(1).new = 2  # type: ignore[attr-defined]


def test_a_constructor_is_compiled_with_the_first_tuple() -> None:
    class Late(NamedTuple):
        x: int

    assert "__new__" not in vars(Late)
    assert Late(1) == (1,)
    assert "__new__" in vars(Late)
