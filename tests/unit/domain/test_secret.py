import copy
import json
import pickle

import pytest

from keyrack.domain.secret import Secret

SECRET = Secret("hunter2-hunter2")


@pytest.mark.checklist("security: logs")
def test_repr_and_str_are_masked():
    assert "hunter2" not in repr(SECRET) + str(SECRET) + repr([SECRET]) + repr({"a": SECRET})


@pytest.mark.checklist("security: logs")
@pytest.mark.parametrize(
    "slip",
    [
        lambda: f"{SECRET}",
        lambda: "{}".format(SECRET),  # noqa: UP032
        lambda: pickle.dumps(SECRET),
        lambda: copy.copy(SECRET),
        lambda: json.dumps(SECRET),
        lambda: json.dumps({"token": SECRET}),
        lambda: "".join([SECRET]),  # pyright: ignore[reportCallIssue, reportArgumentType]  # the slip
    ],
)
def test_a_slip_fails_instead_of_leaking(slip):
    with pytest.raises(TypeError) as caught:
        slip()
    assert "hunter2" not in str(caught.value)


def test_equality_is_of_the_value_and_not_with_a_plain_string():
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert hash(Secret("a")) == hash(Secret("a"))
    assert not Secret("")
    assert len(SECRET) == 15
