"""Points for written answers, and how many are still to be graded by hand."""

from __future__ import annotations

from nbgrader.api import Grade, GradeCell, Notebook, SolutionCell, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select
from sqlalchemy.orm import Session

from course_grader.results import ManualPoints


def manual_points(saved: SubmittedNotebook) -> ManualPoints:
    """Read from the gradebook's entry of one submitted notebook."""
    written = {cell.name for cell in saved.notebook.solution_cells}
    grades = [grade for grade in saved.grades if grade.name in written]
    return ManualPoints(
        max=float(sum(grade.max_score for grade in grades)),
        pending=float(sum(grade.max_score for grade in grades if grade.needs_manual_grade)),
    )


def all_manual_points(session: Session, lab: str) -> dict[str, ManualPoints]:
    """Of every student with an entry for this lab."""
    written = select(SolutionCell.name).join(Notebook, Notebook.id == SolutionCell.notebook_id)
    rows = session.execute(
        select(SubmittedAssignment.student_id, GradeCell.name, GradeCell.max_score, Grade.needs_manual_grade)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .where(Notebook.name == lab)
    ).all()
    names = set(session.scalars(written.where(Notebook.name == lab)))
    found: dict[str, ManualPoints] = {}
    for student, cell, points, waiting in rows:
        entry = found.setdefault(student, ManualPoints())
        if cell in names:
            entry.max += float(points)
            entry.pending += float(points) if waiting else 0.0
    return found
