"""A gradebook that only the course's own grader can grade with.

Autograde gives every submission the kernel that the gradebook names, and starts it. Ours names one that there is not:
without the course's nbgrader_config.py nbgrader ends there, before anything of a student's has run.
"""

from __future__ import annotations

import json

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveCells

# nbgrader shows the name, so it says what to do: "No such kernel named ..."
NO_KERNEL = "start-nbgrader-where-nbgrader_config.py-lies-or-use-course-grader-grade"
_GUARD = json.dumps({"name": NO_KERNEL, "display_name": "course-grader", "language": "python"})
_PYTHON = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def guard(db_url: str, assignment: str, notebook: str) -> None:
    """Has the gradebook name no kernel that could be started, also where it was made before there was a guard."""
    with Gradebook(db_url) as gradebook:
        saved = gradebook.find_notebook(notebook, assignment)
        if saved.kernelspec != _GUARD:
            saved.kernelspec = _GUARD
            gradebook.db.commit()


class SaveGuardedCells(SaveCells):
    """In place of nbgrader's SaveCells: the gradebook is guarded, the released notebook keeps its kernel."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb, resources = super().preprocess(nb, resources)
        guard(self.db_url, self.assignment_id, self.notebook_id)
        return nb, resources


class PythonKernel(NbGraderPreprocessor):
    """In place of OverwriteKernelspec: a graded notebook names the kernel it can be opened with, not the guard."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb.metadata["kernelspec"] = NotebookNode(_PYTHON)
        return nb, resources
