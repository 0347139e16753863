"""The diff of a file that is about to be changed."""

from __future__ import annotations

from keyrack.sources.rewriting.diff import diff

MANY = "".join(f'"k{i}": "{"x" * 40}", ' for i in range(500))


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
