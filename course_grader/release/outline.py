"""course_utils/outline.json: the exercises and written answers of each lab, for the check before handing in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_grader.notebooks import is_judged_cell, is_written_answer, nbgrader_metadata, tested_exercise
from course_utils._version import __version__

OUTLINE = Path("course_utils") / "outline.json"
WRITTEN_STUB = "*Your answer here.*"  # replaces the model answer


def outline(notebook: NotebookNode) -> dict[str, Any]:
    """{"version", "written_stub", "exercises": [{"id", "points"}], "written": [{"id", "points"}]}, in order."""
    judged = [cell for cell in notebook.cells if is_judged_cell(cell)]
    written = [cell for cell in notebook.cells if is_written_answer(cell)]
    return {
        "version": __version__,
        "written_stub": WRITTEN_STUB,
        "exercises": [{"id": tested_exercise(cell.source), "points": _points(cell)} for cell in judged],
        "written": [{"id": nbgrader_metadata(cell)["grade_id"], "points": _points(cell)} for cell in written],
    }


def outline_text(notebooks: dict[str, NotebookNode]) -> str:
    """The file's text. notebooks: the reference of each lab, by name."""
    return json.dumps({name: outline(notebook) for name, notebook in sorted(notebooks.items())}, indent=1) + "\n"


def _points(cell: NotebookNode) -> float:
    return float(nbgrader_metadata(cell)["points"])
