import io

import pytest
from rich.console import Console

from course_grader.report.table import print_results, summary


@pytest.fixture
def printed(class_results):
    console = Console(file=io.StringIO(), width=150)
    print_results(class_results, console)
    return console.file.getvalue()


def row(printed, student):
    return next(line for line in printed.splitlines() if line.startswith(student))


def test_a_row_shows_status_score_and_points(printed):
    assert row(printed, "ben").split() == ["ben", "✓", "graded", "1", "/", "3", "1", "0"]
    assert "scale (2)" in printed and "shift (1)" in printed


def test_rows_that_need_review_stand_out_without_colour(printed):
    assert "NEEDS REVIEW" in row(printed, "<b>mallory</b>")
    assert "FAILED" in row(printed, "zoe")
    assert row(printed, "✗ zoe") == "✗ zoe: The notebook is not valid JSON"
    assert row(printed, "▶ <b>mallory</b>").endswith("(+1 more)")


def test_an_exercise_without_a_result_is_a_dash_not_a_zero(printed):
    assert row(printed, "zoe").split()[3:6] == ["–", "–", "–"]


def test_student_text_cannot_control_the_terminal(printed):
    assert "\x1b" not in printed and "\u202e" not in printed


def test_the_summary_reports_written_answers_separately(class_results):
    first, second = summary(class_results)
    assert first == "4 submissions: 2 graded, 1 needs review, 1 failed (could not be run or saved); mean 1.33 of 3"
    assert "1 submission by hand in nbgrader's formgrader, up to 5 points" in second
