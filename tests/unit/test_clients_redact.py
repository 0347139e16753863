"""What is shown of a file that is to be changed."""

from __future__ import annotations

import json

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from keyrack.clients.redact import JSON_PARTS, TOML_PARTS, diff, redacted
from keyrack.domain.secret import MASK

SECRET = st.text("sk0123456789-abcdef", min_size=9).map(lambda text: "sk-" + text)
MANY = "".join(f'"k{i}": "{"x" * 40}", ' for i in range(500))


FORMS = ["{}", "Bearer {}", '"{}"', "a\n{}", "\\{}", "// {}", "# {}", "'{}'", "'''{}", '"""{}\n"']


@given(SECRET, st.sampled_from(FORMS))
def test_no_value_can_be_read(secret: str, form: str) -> None:
    data = {"k": form.format(secret), "list": [form.format(secret)], "in": {"x y": form.format(secret)}}
    for text, parts in [
        (json.dumps(data), JSON_PARTS),
        (json.dumps(data, indent=1, ensure_ascii=False), JSON_PARTS),
        (tomli_w.dumps(data), TOML_PARTS),
        (tomli_w.dumps(data, multiline_strings=True), TOML_PARTS),
    ]:
        shown = redacted(text, parts, {})
        assert secret not in shown
        assert shown.count("\n") == text.count("\n")


def test_nor_a_comment_nor_a_long_number() -> None:
    assert redacted('{ // sk-1\n"a": 5, /* sk-2\n*/ "n": 123456789 }', JSON_PARTS, {}) == (
        f'{{ //{MASK}\n"a": 5, /*{MASK}\n "n": {MASK} }}'
    )
    text = "# sk-1\na = 1 # sk-2\nb = '''\nsk-3'''\n[\"t.x\".u]\n\"q r\" = 2026-01-01\n"
    assert redacted(text, TOML_PARTS, {}) == (
        f'#{MASK}\na = 1 #{MASK}\nb = \'{MASK}\'\n\n["t.x".u]\n"q r" = 2026-01-01\n'
    )


def test_what_may_be_shown_is() -> None:
    text = '{"url": "https://a.example", "type": "http", "h": "Bearer sk-1"}'
    shown = {'"https://a.example"': '"https://a.example"', '"Bearer sk-1"': '"Bearer ●"'}
    assert redacted(text, JSON_PARTS, shown) == text.replace("sk-1", "●")


def test_a_diff_has_three_lines_around_and_the_line_where_it_is() -> None:
    before = "\n".join(str(number) for number in range(1, 21))
    assert diff("/f", before, before.replace("\n10\n", "\nten\n")) == [
        "--- /f", "+++ /f", "@@ line 7 @@", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13",
    ]  # fmt: skip


def test_two_changes_in_one_file() -> None:
    before = "\n".join(str(number) for number in range(1, 41))
    after = before.replace("\n10\n", "\n10\nnew\n").replace("\n30\n", "\n")
    lines = [line for line in diff("/f", before, after)[2:] if line[0] in "+-@"]
    assert lines == ["@@ line 8 @@", "+new", "@@ line 27 @@", "-30"]


def test_a_file_in_one_line_is_cut_around_the_change() -> None:
    before = "{" + MANY + '"a": "old", ' + MANY + "}\r"
    minus, plus = diff("/f", before, before.replace("old", "new"))[3:]
    assert '"a": "old"' in minus and '"a": "new"' in plus
    assert len(minus) < 170 and minus.startswith("-…") and minus.endswith("…")
