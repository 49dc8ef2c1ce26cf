"""Writes a graded submission into its notebook, and reads it back. Nothing else does.

Verdicts are outputs of the test cells; the record is notebook metadata.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_grader.errors import CourseError
from course_grader.notebooks import is_autograded_cell, nbgrader_metadata, tested_exercise
from course_grader.repair import METADATA_KEY
from course_grader.results import Diagnosis, ExerciseResult, GradedSubmission, TestResult
from course_utils.remote.mistakes import advice

NO_POINTS = "A note, which takes no points"


def write_record(graded: GradedSubmission) -> None:
    """Fill the test cells' outputs and the metadata of `graded.notebook`; idempotent."""
    for cell in filter(is_autograded_cell, graded.notebook.cells):
        exercise = tested_exercise(cell.source)
        if exercise is not None:
            cell.outputs = _verdict(graded.exercises[exercise])
        elif cell.execution_count is None:
            cell.outputs = [not_graded()]
    graded.notebook.metadata[METADATA_KEY] = _metadata(graded)


def read_record(notebook: NotebookNode) -> GradedSubmission:
    """The submission that `write_record` wrote into this notebook; CourseError if there is none."""
    found = notebook.metadata.get(METADATA_KEY, {})
    try:
        entries = found["exercises"]
        order = [exercise_name(cell) for cell in filter(is_autograded_cell, notebook.cells)]  # nbformat sorts the keys
        exercises = {
            name: ExerciseResult(
                name,
                entries[name]["max"],
                [TestResult(**test) for test in entries[name]["tests"]],
                diagnoses=[Diagnosis(**each) for each in entries[name].get("diagnoses", [])],  # older records have none
                device_problem=entries[name].get("device_problem", ""),
            )
            for name in sorted(entries, key=lambda name: order.index(name) if name in order else len(order))
        }
        return GradedSubmission(
            found["student"], found["lab"], found["seed"], notebook, exercises, messages=found["messages"],
            needs_review=found["needs_review"], ran=found["status"] != "failed", seconds=found["seconds"],
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            "the notebook contains no result that this version of the grader can read "
            f"({type(error).__name__}: {error}); grade it again"
        ) from None


def not_graded() -> NotebookNode:
    """The output of a test cell without a verdict: nbgrader would give full points to one without any output."""
    return error_output("NotGraded", "this test was not run")


def error_output(name: str, reason: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])


def exercise_name(cell: NotebookNode) -> str:
    """The key of a test cell's result: the exercise that it tests, or its own id if it is an ordinary test cell."""
    return tested_exercise(cell.source) or nbgrader_metadata(cell)["grade_id"]


def _verdict(result: ExerciseResult) -> list[NotebookNode]:
    known = advice([each.explanation for each in result.diagnoses])
    device = f"{NO_POINTS}: {result.device_problem}" if result.device_problem else ""
    told = "\n".join(filter(None, [result.text.rstrip(), known, device]))
    text = [new_output("stream", name="stdout", text=f"{told}\n")] if told else []
    if result.error:
        return [*text, error_output("TestCellFailed", result.error)]
    if not result.tests:
        return [*text, not_graded()]
    return [*text, new_output("execute_result", {"text/plain": repr(result.points)}, execution_count=None)]


def _metadata(graded: GradedSubmission) -> dict[str, Any]:
    exercises = {
        name: {
            "points": result.points,
            "max": result.max,
            "tests": [asdict(test) for test in result.tests],
            "diagnoses": [asdict(diagnosis) for diagnosis in result.diagnoses],
            "device_problem": result.device_problem,
        }
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
