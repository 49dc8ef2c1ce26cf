"""The one place that writes a graded submission into its notebook, and reads it back.

Verdicts are outputs of the test cells, the record is metadata.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_grader.errors import CourseError
from course_grader.notebooks import is_autograded_cell, nbgrader_metadata, tested_exercise
from course_grader.repair import METADATA_KEY
from course_grader.results import ExerciseResult, GradedSubmission, TestResult


def write_record(graded: GradedSubmission) -> None:
    """Fill the test cells' outputs and the metadata of `graded.notebook`; doing it twice changes nothing."""
    for cell in filter(is_autograded_cell, graded.notebook.cells):
        exercise = tested_exercise(cell.source)
        if exercise is not None:
            cell.outputs = _verdict(graded.exercises[exercise])
        elif cell.execution_count is None:
            cell.outputs = [not_graded()]
    graded.notebook.metadata[METADATA_KEY] = _metadata(graded)


def read_record(notebook: NotebookNode) -> GradedSubmission:
    """The submission that `write_record` wrote into this notebook; CourseError where there is none."""
    found = notebook.metadata.get(METADATA_KEY, {})
    try:
        exercises = {
            name: ExerciseResult(name, entry["max"], [TestResult(**test) for test in entry["tests"]])
            for name, entry in found["exercises"].items()
        }
        return GradedSubmission(
            found["student"], found["lab"], found["seed"], notebook, exercises, messages=found["messages"],
            needs_review=found["needs_review"], ran=found["status"] != "failed", seconds=found["seconds"],
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            "the notebook holds no result that this version of the grader can read "
            f"({type(error).__name__}: {error}); grade it again"
        ) from None


def not_graded() -> NotebookNode:
    """nbgrader gives full points to a test cell without output: one without a verdict holds this error, which is 0."""
    return error_output("NotGraded", "this test was not run")


def error_output(name: str, reason: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])


def exercise_name(cell: NotebookNode) -> str:
    """What a test cell's result is kept under: the exercise it names, or the cell's own id (an ordinary test cell)."""
    return tested_exercise(cell.source) or nbgrader_metadata(cell)["grade_id"]


def _verdict(result: ExerciseResult) -> list[NotebookNode]:
    text = [new_output("stream", name="stdout", text=result.text)] if result.text else []
    if result.error:
        return [*text, error_output("TestCellFailed", result.error)]
    if not result.tests:
        return [*text, not_graded()]
    return [*text, new_output("execute_result", {"text/plain": repr(result.points)}, execution_count=None)]


def _metadata(graded: GradedSubmission) -> dict[str, Any]:
    exercises = {
        name: {"points": result.points, "max": result.max, "tests": [asdict(test) for test in result.tests]}
        for name, result in graded.exercises.items()
    }
    return {
        "student": graded.student,
        "lab": graded.lab,
        "status": graded.status,
        "seed": graded.seed,
        "messages": graded.messages,
        "needs_review": graded.needs_review,
        "seconds": graded.seconds,
        "exercises": exercises,
    }
