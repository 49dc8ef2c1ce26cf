"""Restores the lab's own ids, points and test cells in a submission.

Does the same as nbgrader's DeduplicateIds, OverwriteKernelspec and OverwriteCells, but no submission makes it fail, and
it reports what it changed.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from nbformat import NotebookNode

from course_grader.notebooks import is_graded_cell, nbgrader_metadata
from course_grader.repair.notes import Notes
from course_grader.repair.wrong_notebook import describe_wrong_notebook

PYTHON_KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def restore(notebook: NotebookNode, lab: str, lab_cells: Mapping[str, NotebookNode], notes: Notes) -> None:
    """Change `notebook` in place; see `repair_submission` for `lab_cells`."""
    notebook.metadata["kernelspec"] = NotebookNode(PYTHON_KERNEL)
    _keep_last_copies(notebook, notes)
    unknown = _restore_known_cells(notebook, lab_cells)
    missing = add_test_cells(notebook, lab_cells)
    if wrong := describe_wrong_notebook(lab, notebook, lab_cells, missing, len(unknown)):
        notes.add(wrong)
        return
    for number in unknown:
        notes.add(f"Cell {number} has an nbgrader id that this lab does not know.", needs_review=False)
    for name in missing:
        _note_missing(name, lab_cells[name], notes)


def add_test_cells(notebook: NotebookNode, lab_cells: Mapping[str, NotebookNode]) -> list[str]:
    """Add missing graded cells at the end, after all definitions; returns the ids of all missing cells."""
    present = {nbgrader_metadata(cell).get("grade_id") for cell in notebook.cells}
    missing = [name for name in lab_cells if name not in present]
    notebook.cells += [copy.deepcopy(lab_cells[name]) for name in missing if is_graded_cell(lab_cells[name])]
    return missing


def _keep_last_copies(notebook: NotebookNode, notes: Notes) -> None:
    """If cells were copied together with their id, the last copy keeps the id, as in nbgrader."""
    seen: set[str] = set()
    for cell in reversed(notebook.cells):
        metadata = nbgrader_metadata(cell)
        if not metadata:
            continue
        name = metadata["grade_id"]
        if name in seen:
            del cell.metadata["nbgrader"]
            notes.add(f"Cell `{name}` appears more than once; the last one counts.", needs_review=metadata["solution"])
        seen.add(name)


def _restore_known_cells(notebook: NotebookNode, lab_cells: Mapping[str, NotebookNode]) -> list[int]:
    """Take metadata, cell types and locked sources from the lab; returns the numbers of cells with an unknown id."""
    unknown = []
    for number, cell in enumerate(notebook.cells, start=1):
        if "nbgrader" not in cell.metadata:
            continue
        released = lab_cells.get(cell.metadata["nbgrader"]["grade_id"])
        if released is None:
            unknown.append(number)
            del cell.metadata["nbgrader"]
            continue
        cell.metadata["nbgrader"] = copy.deepcopy(released.metadata["nbgrader"])
        _restore_cell_type(cell, released.cell_type)
        if nbgrader_metadata(released)["locked"]:
            cell.source = released.source
    return unknown


def _restore_cell_type(cell: NotebookNode, cell_type: str) -> None:
    if cell.cell_type == cell_type:
        return
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.outputs, cell.execution_count = [], None
        cell.pop("attachments", None)
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _note_missing(name: str, released: NotebookNode, notes: Notes) -> None:
    metadata = nbgrader_metadata(released)
    if metadata["solution"]:
        notes.add(f"The answer cell `{name}` is missing or has lost its nbgrader metadata.")
    elif metadata["grade"]:
        notes.add(f"The test cell `{name}` was missing and has been restored.", needs_review=False)
