"""Points for written answers, and how many are still to be graded by hand."""

from __future__ import annotations

from nbgrader.api import SubmittedNotebook

from course_grader.results import ManualPoints


def manual_points(saved: SubmittedNotebook) -> ManualPoints:
    """Read from the gradebook's entry of one submitted notebook."""
    written = {cell.name for cell in saved.notebook.solution_cells}
    grades = [grade for grade in saved.grades if grade.name in written]
    return ManualPoints(
        max=float(sum(grade.max_score for grade in grades)),
        pending=float(sum(grade.max_score for grade in grades if grade.needs_manual_grade)),
    )
