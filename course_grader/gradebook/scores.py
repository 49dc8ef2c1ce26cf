"""Writes a submission's scores and comments into the gradebook, as nbgrader's SaveAutoGrades does."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, SubmittedNotebook

from course_grader.gradebook.provenance import Provenance, find_provenance, save_provenance


def save_scores(
    gradebook: Gradebook, saved: SubmittedNotebook, cells: Iterable[NotebookNode], provenance: Provenance
) -> None:
    """Fill the entry of a submitted notebook; manual scores, extra credit and comments are kept. The caller commits.

    If the submission needs review, the formgrader lists each graded cell for manual grading. A cell that an instructor
    has dealt with since is not listed again unless its answer or its automatic score has changed.
    """
    before = find_provenance(gradebook, saved)
    earlier = before.answers if before else {}
    unchanged = {name for name, answer in provenance.answers.items() if earlier.get(name) == answer}
    needs_review = provenance.status != "graded"
    still = before is not None and needs_review == (before.status != "graded")
    grades = {grade.name: grade for grade in saved.grades}
    comments = {comment.name: comment for comment in saved.comments}
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if utils.is_grade(cell):
            _save_score(grades[name], cell, needs_review, name in unchanged, still)
        if utils.is_solution(cell) or utils.is_task(cell):
            _save_comment(comments[name], cell)
    save_provenance(gradebook, saved, provenance)


def _save_score(grade: Grade, cell: NotebookNode, needs_review: bool, unchanged: bool, still: bool) -> None:
    """still: whether the submission needs review now if and only if it did before."""
    before, (grade.auto_score, _) = grade.auto_score, utils.determine_grade(cell)
    by_hand = grade.manual_score is not None
    if unchanged and grade.auto_score == before and (by_hand or still):
        return  # as the instructor left it
    grade.needs_manual_grade = needs_review or by_hand or grade.auto_score is None


def _save_comment(comment: Comment, cell: NotebookNode) -> None:
    untouched = cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell)
    comment.auto_comment = "No response." if untouched and not utils.is_task(cell) else None
