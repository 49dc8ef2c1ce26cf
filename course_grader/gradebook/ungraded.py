"""Submissions that nbgrader has entered in the gradebook and nobody has graded."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry


def remove_ungraded(gradebook: Gradebook, lab: str, student: str) -> None:
    """Remove a submission's entry that has no score of any kind.

    nbgrader's Autograde makes the entry before it grades. If it is killed, the student stays there with 0 points.
    """
    try:
        submission = gradebook.find_submission(lab, student)
    except MissingEntry:
        return
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if all(grade.auto_score is None and grade.manual_score is None and not grade.extra_credit for grade in grades):
        gradebook.remove_submission(lab, student)
