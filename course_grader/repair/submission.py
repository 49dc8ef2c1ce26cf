"""Repairs one submission: whatever was handed in becomes a notebook that can be graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_grader.repair.notes import Notes
from course_grader.repair.reading import Unreadable, read_notebook
from course_grader.repair.restoring import add_test_cells, restore
from course_grader.repair.timestamp import read_timestamp


@dataclass(frozen=True)
class Submission:
    """One student's folder for a lab, as handed in; it is never changed."""

    student: str
    lab: str
    folder: Path

    @property
    def notebook_path(self) -> Path:
        return self.folder / f"{self.lab}.ipynb"


@dataclass
class Repaired:
    """A submission with the lab's own test cells, and the problems that were found.

    timestamp: when it was handed in; UTC, without a time zone.
    """

    notebook: NotebookNode
    notes: Notes = field(default_factory=Notes)
    timestamp: datetime | None = None


def repair_submission(submission: Submission, lab_cells: Mapping[str, NotebookNode]) -> Repaired:
    """Read the notebook and restore the lab's cells in it. If it cannot be read, return one that says why.

    lab_cells: the lab's cells by grade_id, in order, with their nbgrader metadata. No submission makes this raise.
    """
    notes = Notes()
    try:
        notebook = read_notebook(submission.notebook_path, notes)
        restore(notebook, submission.lab, lab_cells, notes)
    except Unreadable as error:
        notebook = _replacement(str(error), lab_cells)
        notes = Notes([str(error)], needs_review=True, unreadable=True)
    return Repaired(notebook, notes, read_timestamp(submission.folder, notes))


def _replacement(reason: str, lab_cells: Mapping[str, NotebookNode]) -> NotebookNode:
    cell = new_markdown_cell(f"**This submission could not be graded:** {reason}", id="damage")
    notebook = new_notebook(cells=[cell])
    add_test_cells(notebook, lab_cells)
    return notebook
