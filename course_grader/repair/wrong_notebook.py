"""Describes a problem with a whole notebook in one sentence, instead of one sentence per cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from nbformat import NotebookNode

from course_grader.notebooks import nbgrader_metadata


def describe_wrong_notebook(
    lab: str, notebook: NotebookNode, lab_cells: Mapping[str, NotebookNode], missing: Collection[str], unknown: int
) -> str | None:
    """A sentence if this is another lab's notebook or one without any nbgrader metadata; otherwise None.

    lab_cells: the lab's cells by grade_id. missing: the ids of those that the notebook lacks. unknown: how many of its
    cells have an id that the lab does not know.
    """
    answers = {name for name, cell in lab_cells.items() if nbgrader_metadata(cell)["solution"]}
    if not unknown and len(missing) == len(lab_cells):
        return (
            "All cells have lost their nbgrader metadata (some editors drop it): the tests were added at the end and "
            "run, but written answers cannot be found; copy all answers into a new copy of the lab and hand that in."
        )
    if unknown and 2 * len(answers.intersection(missing)) > len(answers):  # labs may have an exercise in common
        return f"This is {_name(notebook, lab)}, not that of {lab}: hand in the right one."
    return None


def _name(notebook: NotebookNode, lab: str) -> str:
    """The lab named in the notebook's metadata. Students can change it, so it must look like a name to be quoted."""
    course = notebook.metadata.get("course")
    name = course.get("lab") if isinstance(course, dict) else None
    if isinstance(name, str) and re.fullmatch(r"[\w-]{1,60}", name) and name != lab:
        return f"the notebook of {name}"
    return "another lab's notebook"
