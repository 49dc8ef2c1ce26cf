"""The words for a syntax error: its line always, the grader's Python only where that may be too old."""

import pytest

from course_grader.kernel_client.syntax_errors import explain_syntax_error

OLD = "which does not know the syntax of later versions"


@pytest.mark.parametrize(
    ("line", "problem", "since"),
    [
        ("type Pair = tuple[int, int]", "invalid syntax", (3, 12)),
        ("type Pair[T] = tuple[T, T]", "invalid syntax", (3, 12)),
        ("def first[T](items): return items[0]", "expected '('", (3, 12)),
        ("async def first[T](items): ...", "expected '('", (3, 12)),
        ("class Stack[T]:", "invalid syntax", (3, 12)),
        ("print(f'{names['first']}')", "f-string: unmatched '['", (3, 12)),
        ("class Stack[T = int]:", "invalid syntax", (3, 13)),
        ("greeting = t'Hello {name}'", "invalid syntax", (3, 14)),
        ("except ValueError, TypeError:", "multiple exception types must be parenthesized", (3, 14)),
        ("rows = [*row for row in table]", "iterable unpacking cannot be used in comprehension", (3, 15)),
        ("lazy import json", "invalid syntax", (3, 15)),
    ],
)
def test_a_form_that_a_later_python_accepts_is_said_to_be_newer_until_that_version(line, problem, since):
    source, text = f"x = 1\n{line}", f"{problem} (1234.py, line 2)"
    before = (since[0], since[1] - 1)
    assert explain_syntax_error(text, source, before)[1].startswith(f"line 2: `{line}`; labs are graded with Python 3.")
    assert OLD in explain_syntax_error(text, source, before)[1]
    assert OLD not in explain_syntax_error(text, source, since)[1]


@pytest.mark.parametrize(
    "line",
    [
        "x = = 1", "def half(x:", "def half[x)", "print 'a'", "type(x) = 3", "type = = 3", "return type x",
        "cat 'x'", "rows = [row for row in table", "except ValueError", "lazy = = 1", "f(*args for", "list x = [1]",
        "text = start'a'",
    ],
)  # fmt: skip
def test_a_typo_is_shown_with_its_line_and_without_a_word_about_python(line):
    problem, cause = explain_syntax_error("invalid syntax (1234.py, line 1)", line, (3, 11))
    assert (problem, cause) == ("invalid syntax", f"line 1: `{line}`")


def test_an_indentation_that_fits_no_block_has_its_line_too():
    text = "unindent does not match any outer indentation level (<tokenize>, line 3)"
    source = "if x:\n    y = 1\n  z = 2"
    assert explain_syntax_error(text, source) == (text.partition(" (<")[0], "line 3: `z = 2`")


def test_a_long_line_is_cut_and_a_missing_one_left_out():
    assert len(explain_syntax_error("invalid syntax (1.py, line 1)", "x" * 500)[1]) < 110
    assert explain_syntax_error("invalid syntax (1.py, line 9)", "x") == ("invalid syntax", "line 9")


def test_a_file_that_was_handed_in_may_be_too_new_and_text_that_the_cell_runs_is_its_own():
    assert OLD in explain_syntax_error("invalid syntax (helper.py, line 3)", "import helper")[1]
    assert explain_syntax_error("invalid syntax (<string>, line 1)", "exec('x = = 1')")[1] == ""
    assert explain_syntax_error("source code string cannot contain null bytes", "x")[1] == ""
