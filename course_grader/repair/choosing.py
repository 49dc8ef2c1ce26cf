"""Chooses the notebook that counts: students hand in the copy that a browser or JupyterLab has made, or several."""

from __future__ import annotations

import os
from pathlib import Path

from nbformat import NotebookNode

from course_grader.notebooks import nbgrader_metadata
from course_grader.repair.finding import describe_missing, listing, other_notebooks
from course_grader.repair.lab import LabCells
from course_grader.repair.notes import Notes
from course_grader.repair.plain_files import NotPlain
from course_grader.repair.reading import Unreadable, read_notebook

MAX_OTHERS = 5  # notebooks with other names that are read


def candidates(expected: Path) -> list[Path]:
    """The notebooks that may count: the expected one first if it is there, and others. Raises Unreadable if none is."""
    own = [expected] if os.path.lexists(expected) else []
    others = [path for path in other_notebooks(expected) if path != expected]
    if not own and not others:
        raise Unreadable(describe_missing(expected))
    return own + others[:MAX_OTHERS]


def choose_notebook(expected: Path, lab: LabCells, notes: Notes) -> tuple[Path, NotebookNode]:
    """The notebook named as expected; if it is missing or unchanged, another one of this lab, if just one qualifies.

    What was repaired in it is added to `notes`. Raises Unreadable, also if several notebooks could be meant and none
    has the expected name.
    """
    own, *others = candidates(expected)
    if own != expected:
        return _choose_other(expected, [own, *others], lab, notes)
    notebook = read_notebook(own, notes)
    if others and _is_unchanged(notebook, lab):
        answered = [path for path in others if _has_answers(path, lab)]
        if len(answered) == 1:
            (path,) = answered
            notes.add(f"{own.name} is unchanged, and {path.name} contains answers: {path.name} was graded.")
            return path, read_notebook(path, notes)
        if answered:
            names = listing([path.name for path in answered])
            notes.add(f"{own.name} is unchanged and was graded; several other notebooks contain answers: {names}.")
    return own, notebook


def _choose_other(expected: Path, others: list[Path], lab: LabCells, notes: Notes) -> tuple[Path, NotebookNode]:
    """Of notebooks that all have other names, the only one, or the only one with answers."""
    several = len(others) > 1
    if several:
        others = [path for path in others if _has_answers(path, lab)]
    if len(others) != 1:
        raise Unreadable(describe_missing(expected))
    (path,) = others
    notebook = read_notebook(path, notes)
    if not _is_of_lab(notebook, lab):
        raise Unreadable(describe_missing(expected))
    only = "; of several notebooks, only this one contains answers" if several else ""
    notes.add(
        f"The notebook is named {path.name}, expected {expected.name}; it was graded anyway{only}.",
        needs_review=several,
    )
    return path, notebook


def _has_answers(path: Path, lab: LabCells) -> bool:
    """Whether this is a notebook of this lab in which an answer was changed."""
    try:
        notebook = read_notebook(path, Notes())
    except (Unreadable, NotPlain):
        return False
    return _is_of_lab(notebook, lab) and not _is_unchanged(notebook, lab)


def _is_of_lab(notebook: NotebookNode, lab: LabCells) -> bool:
    """Whether it has most of the lab's cells, and so clearly belongs to it."""
    return 2 * len(_known(notebook, lab)) > len(lab.cells)


def _is_unchanged(notebook: NotebookNode, lab: LabCells) -> bool:
    """Whether it is of this lab, and every answer is as it was released."""
    answers = {name: cell for name, cell in _known(notebook, lab).items() if nbgrader_metadata(cell)["solution"]}
    released = all(cell.source.strip() == lab.cells[name].source.strip() for name, cell in answers.items())
    return _is_of_lab(notebook, lab) and released


def _known(notebook: NotebookNode, lab: LabCells) -> dict[str, NotebookNode]:
    """The notebook's cells that the lab knows, by grade_id."""
    cells = {str(nbgrader_metadata(cell).get("grade_id")): cell for cell in notebook.cells}
    return {name: cell for name, cell in cells.items() if name in lab.cells}
