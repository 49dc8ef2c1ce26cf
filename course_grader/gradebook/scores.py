"""Writes a submission's scores and comments into the gradebook, as nbgrader's SaveAutoGrades does."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Comment, Grade, SubmittedNotebook


def save_scores(saved: SubmittedNotebook, cells: Iterable[NotebookNode], needs_review: bool) -> None:
    """Fill the entry of a submitted notebook; manual scores are kept. The caller commits.

    needs_review: the formgrader then lists each graded cell for manual grading.
    """
    grades = {grade.name: grade for grade in saved.grades}
    comments = {comment.name: comment for comment in saved.comments}
    for cell in cells:
        if utils.is_grade(cell):
            _save_score(grades[cell.metadata["nbgrader"]["grade_id"]], cell, needs_review)
        if utils.is_solution(cell) or utils.is_task(cell):
            _save_comment(comments[cell.metadata["nbgrader"]["grade_id"]], cell)


def _save_score(grade: Grade, cell: NotebookNode, needs_review: bool) -> None:
    grade.auto_score, _ = utils.determine_grade(cell)
    grade.needs_manual_grade = needs_review or grade.manual_score is not None or grade.auto_score is None


def _save_comment(comment: Comment, cell: NotebookNode) -> None:
    untouched = cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell)
    comment.auto_comment = "No response." if untouched and not utils.is_task(cell) else None
