"""Repairs one submission: whatever was handed in becomes a notebook that can be graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_grader.repair.choosing import choose_notebook
from course_grader.repair.content import clean_content
from course_grader.repair.given_cells import restore_given_cells
from course_grader.repair.lab import LabCells
from course_grader.repair.notes import Notes, with_question_marks
from course_grader.repair.order import move_tests_below_answers
from course_grader.repair.other_files import find_other_files
from course_grader.repair.plain_files import NotPlain, expect_plain_folder
from course_grader.repair.reading import Unreadable, unused_id
from course_grader.repair.restoring import add_test_cells, restore
from course_grader.repair.timestamp import read_timestamp
from course_grader.results import OtherFiles


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

    timestamp: when it was handed in; UTC, without a time zone. files: what its cells may read besides the notebook.
    """

    notebook: NotebookNode
    notes: Notes = field(default_factory=Notes)
    timestamp: datetime | None = None
    files: OtherFiles | None = None


def repair_submission(submission: Submission, lab: LabCells) -> Repaired:
    """Read the notebook and restore the lab's cells in it. If it cannot be read, return one that says why.

    No submission makes this raise.
    """
    notes = Notes()
    try:
        expect_plain_folder(submission.folder)
        path, notebook = choose_notebook(submission.notebook_path, lab, notes)
        clean_content(notebook)
        restore(notebook, submission.lab, lab.cells, notes)
        move_tests_below_answers(notebook, notes)
        restore_given_cells(notebook, lab.release, notes)
        _make_ids_unique(notebook)
        files = find_other_files(path, lab.settings.files, lab.settings.files_mb, notes)
        return Repaired(notebook, notes, read_timestamp(submission.folder, notes), files)
    except (Unreadable, NotPlain) as error:
        reason = with_question_marks(str(error))
    except OSError as error:
        reason = f"The folder {submission.folder.name} could not be read: {error.strerror}."
    return Repaired(_replacement(reason, lab.cells), Notes([reason], needs_review=True, unreadable=True))


def _make_ids_unique(notebook: NotebookNode) -> None:
    """A restored cell may have the id of one of the student's."""
    ids: set[str] = set()
    for cell in notebook.cells:
        cell.id = unused_id(cell.get("id"), ids)


def _replacement(reason: str, lab_cells: Mapping[str, NotebookNode]) -> NotebookNode:
    cell = new_markdown_cell(f"**This submission could not be graded:** {reason}", id="damage")
    notebook = new_notebook(cells=[cell])
    add_test_cells(notebook, lab_cells)
    return notebook
