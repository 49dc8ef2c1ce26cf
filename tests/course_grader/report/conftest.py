"""A small class: one submission is correct, one partly correct, one hostile, one could not be run."""

import pytest
from nbformat.v4 import new_notebook

from course_grader.results import ExerciseResult, GradedSubmission, ManualPoints, TestResult

HOSTILE = "<script>alert(1)</script>\x1b[31mred\x1b[0m\u202e"


def exercise(name, *statuses, message=""):
    tests = [
        TestResult(
            f"test_{number}", f"Statement {number} of {name}", status, float(status == "passed"), 1.0, message=message
        )
        for number, status in enumerate(statuses)
    ]
    return ExerciseResult(name, float(len(tests)), tests)


def submission(student, *exercises, **fields):
    fields = {"seconds": 1.25, **fields}
    return GradedSubmission(student, "lab", 7, new_notebook(), exercises={e.id: e for e in exercises}, **fields)


@pytest.fixture
def class_results():
    return [
        submission("ada", exercise("scale", "passed", "passed"), exercise("shift", "passed")),
        submission("ben", exercise("scale", "passed", "failed"), exercise("shift", "timeout")),
        submission(
            "<b>mallory</b>",
            exercise("scale", "failed", "error", message=HOSTILE),
            needs_review=True,
            messages=["The kernel died: memory " + HOSTILE, "second"],
            manual=ManualPoints(5.0, 5.0),
        ),
        submission("zoe", exercise("scale", "error"), ran=False, messages=["The notebook is not valid JSON"]),
    ]
