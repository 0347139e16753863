"""Variables in headers: what is sent, and what may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.secret import MASK
from keyrack.sources.parsing.interpolate import BRACES, BRACES_OR_DEFAULT, ENV_OR_INPUT, NONE, fill

ENV = {"A": "alpha", "B": "beta", "EMPTY": ""}


@pytest.mark.parametrize(("style", "text", "value", "reference", "plaintext"), [
    (BRACES, "Bearer ${A}", "Bearer alpha", "Bearer ${A}", False),
    (BRACES, "${A}:${B}", "alpha:beta", "${A}:${B}", False),
    (BRACES, "Bearer ${GONE}", "Bearer ", "Bearer ${GONE}", False),
    (BRACES, "Bearer sk-1", "Bearer sk-1", f"Bearer {MASK}", True),
    (BRACES, "sk-1${A}", "sk-1alpha", f"{MASK}${{A}}", True),
    (BRACES, "token  sk-1 ", "token  sk-1 ", f"token  {MASK} ", True),
    (BRACES, "Bearer", "Bearer", "Bearer", False),
    (BRACES, "$A {A} ${}", "$A {A} ${}", MASK, True),
    (BRACES_OR_DEFAULT, "${GONE:-sk-1}", "sk-1", f"${{GONE:-{MASK}}}", True),
    (BRACES_OR_DEFAULT, "${A:-sk-1}", "alpha", f"${{A:-{MASK}}}", True),
    (BRACES_OR_DEFAULT, "${GONE:-}", "", "${GONE:-}", False),
    (BRACES_OR_DEFAULT, "${EMPTY:-d}", "d", f"${{EMPTY:-{MASK}}}", True),
    (ENV_OR_INPUT, "Bearer ${env:A}", "Bearer alpha", "Bearer ${env:A}", False),
    (ENV_OR_INPUT, "Bearer ${A}", "Bearer ${A}", f"Bearer {MASK}", True),
    (ENV_OR_INPUT, "Bearer ${input:x}", "Bearer ", "Bearer ${input:x}", False),
    (NONE, "Bearer ${A}", "Bearer ${A}", f"Bearer {MASK}", True),
])  # fmt: skip
def test_each_style(style: str, text: str, value: str, reference: str, plaintext: bool) -> None:
    filled = fill(text, style, ENV)
    assert filled.value.reveal() == value
    assert (filled.reference, filled.plaintext) == (reference, plaintext)


def test_variables_are_told_once_with_whether_they_are_set() -> None:
    filled = fill("${A}${GONE}${A}${EMPTY}", BRACES, ENV)
    assert filled.variables == (("A", True), ("GONE", False), ("EMPTY", False))
    assert filled.missing == ("GONE", "EMPTY")


def test_a_value_that_only_the_program_knows() -> None:
    filled = fill("${input:key}", ENV_OR_INPUT, ENV)
    assert filled.asked and filled.variables == ()


def test_text_that_is_no_secret_is_shown() -> None:
    assert fill("repos,${A}", BRACES, ENV, public=True).reference == "repos,${A}"


def test_bytes_of_the_environment_that_are_no_text() -> None:
    assert fill("${X}", BRACES, {"X": "a\udcff"}).value.reveal() == "a?"


@given(
    st.text("abcdefgh0123456789", min_size=9),
    st.sampled_from([BRACES, BRACES_OR_DEFAULT, ENV_OR_INPUT, NONE]),
    st.sampled_from(
        ["{}", "Bearer {}", "{}${{A}}", "${{A}} {}", "${{A:-{}}}", "x ${{env:A}}/{}?", "${{env:A:-{}}}"]
    ),
)
def test_a_secret_in_the_file_is_never_in_the_reference(secret: str, style: str, template: str) -> None:
    filled = fill(template.format(secret), style, ENV)
    assert secret not in repr(filled)
