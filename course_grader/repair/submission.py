"""One submission, repaired: whatever was handed in comes back as a notebook that can be graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_grader.repair.content import clean_content
from course_grader.repair.notes import Notes
from course_grader.repair.reading import Unreadable, read_notebook
from course_grader.repair.restoring import add_test_cells, restore
from course_grader.repair.timestamp import read_timestamp


@dataclass(frozen=True)
class Submission:
    """One student's folder for a lab, as handed in; it is only read."""

    student: str
    lab: str
    folder: Path

    @property
    def notebook_path(self) -> Path:
        return self.folder / f"{self.lab}.ipynb"


@dataclass
class Repaired:
    """A submission with the lab's own test cells, and what was found wrong with it.

    timestamp: when it was handed in, in UTC without a zone.
    """

    notebook: NotebookNode
    notes: Notes = field(default_factory=Notes)
    timestamp: datetime | None = None


def repair_submission(submission: Submission, lab_cells: Mapping[str, NotebookNode]) -> Repaired:
    """Read the notebook and restore the lab's cells in it; one that cannot be read is replaced by one that says why.

    lab_cells: the lab's cells by grade_id, in order, with their nbgrader metadata. Never raises for what was handed in.
    """
    notes = Notes()
    try:
        notebook = read_notebook(submission.notebook_path, notes)
        clean_content(notebook)
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
