"""What happened to a notebook as a whole, in one sentence instead of one for each of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nbformat import NotebookNode
from nbgrader.utils import is_solution


def whole_mishap(
    lab: str, notebook: NotebookNode, lab_cells: Mapping[str, NotebookNode], missing: Iterable[str], foreign: int
) -> str | None:
    """Another lab's notebook, or one whose marks are all gone; None where each cell is to be told by itself.

    lab_cells: the lab's marked cells by grade_id; missing: those the notebook lacks; foreign: how many marks it bears
    that the lab does not have.
    """
    answers = {name for name, cell in lab_cells.items() if is_solution(cell)}
    gone = answers & set(missing)
    if not foreign and lab_cells.keys() <= set(missing):
        return (
            "All cells have lost their nbgrader marks, which some editors drop: the tests were put at the end and run, "
            "written answers cannot be found; hand all answers in again, in a fresh copy of the lab."
        )
    if foreign and 2 * len(gone) > len(answers):  # labs may have an exercise in common
        return f"This is {_name(notebook, lab)}, not the one of {lab}: hand in the right one."
    return None


def _name(notebook: NotebookNode, lab: str) -> str:
    """Which notebook it says it is; that is the student's to change, so only what looks like a name is repeated."""
    course = notebook.metadata.get("course")
    name = course.get("lab") if isinstance(course, dict) else None
    if isinstance(name, str) and re.fullmatch(r"[\w-]{1,60}", name) and name != lab:
        return f"the notebook of {name}"
    return "another lab's notebook"
