import pytest

from course_grader.report.text import clean, one_line, points


@pytest.mark.parametrize(
    "hostile",
    ["a\x1b[31mb\x1b[0m", "a\x1b]0;title\x07b", "a\x00\x08b", "a\u202eb", "a\x9bb", "a\ud800b", "a\rb"],
)
def test_escapes_and_control_characters_are_removed(hostile):
    assert clean(hostile) == "ab"


def test_line_breaks_are_kept_and_length_is_limited():
    assert clean("a\n\tb") == "a\n\tb"
    assert clean("x" * 10_000, limit=10) == "x" * 9 + "…"
    assert one_line("a\n  b\t c") == "a b c"


@pytest.mark.parametrize(("value", "text"), [(2.0, "2"), (1.5, "1.5"), (0.25, "0.25"), (0.0, "0"), (20.0, "20")])
def test_points_have_no_trailing_zeros(value, text):
    assert points(value) == text
