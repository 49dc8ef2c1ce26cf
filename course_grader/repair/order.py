"""Puts a test cell that a student has moved above its answer below it again: tests run where they stand."""

from __future__ import annotations

from nbformat import NotebookNode

from course_grader.notebooks import is_autograded_cell, is_solution_cell, nbgrader_metadata, tested_exercise
from course_grader.repair.notes import Notes


def move_tests_below_answers(notebook: NotebookNode, notes: Notes) -> None:
    """Change `notebook` in place. Cells without an answer of their own in the notebook stay where they are."""
    answers = {nbgrader_metadata(cell)["grade_id"]: cell for cell in notebook.cells if is_solution_cell(cell)}
    waiting: dict[str, list[NotebookNode]] = {}  # tests whose answer has not come yet
    ordered: list[NotebookNode] = []
    for cell in notebook.cells:
        exercise = tested_exercise(cell.source) if is_autograded_cell(cell) else None
        if exercise is not None and exercise in answers:
            waiting.setdefault(exercise, []).append(cell)
            continue
        ordered.append(cell)
        answers = {name: answer for name, answer in answers.items() if answer is not cell}
        for test in waiting.pop(nbgrader_metadata(cell).get("grade_id", ""), []):
            ordered.append(test)
            name = nbgrader_metadata(test)["grade_id"]
            notes.add(f"The test cell `{name}` was above its answer and has been moved below it.", needs_review=False)
    notebook.cells = ordered
