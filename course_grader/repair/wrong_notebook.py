"""What happened to a notebook as a whole, in one sentence instead of one for each of its cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from nbformat import NotebookNode

from course_grader.notebooks import nbgrader_metadata


def describe_wrong_notebook(
    lab: str, notebook: NotebookNode, lab_cells: Mapping[str, NotebookNode], missing: Collection[str], unknown: int
) -> str | None:
    """Another lab's notebook, or one that lost all its metadata; None where each cell is described by itself.

    lab_cells: the lab's cells by grade_id; missing: those the notebook lacks; unknown: how many of its cells have an
    id that the lab does not know.
    """
    answers = {name for name, cell in lab_cells.items() if nbgrader_metadata(cell)["solution"]}
    if not unknown and len(missing) == len(lab_cells):
        return (
            "All cells lost their nbgrader metadata (some editors drop it): the tests were added at the end and run, "
            "written answers cannot be found; hand in all answers again, in a fresh copy of the lab."
        )
    if unknown and 2 * len(answers.intersection(missing)) > len(answers):  # labs may have an exercise in common
        return f"This is {_name(notebook, lab)}, not the notebook of {lab}: hand in the right one."
    return None


def _name(notebook: NotebookNode, lab: str) -> str:
    """The name that the notebook gives itself; students can change it, so only what looks like a name is repeated."""
    course = notebook.metadata.get("course")
    name = course.get("lab") if isinstance(course, dict) else None
    if isinstance(name, str) and re.fullmatch(r"[\w-]{1,60}", name) and name != lab:
        return f"the notebook of {name}"
    return "another lab's notebook"
