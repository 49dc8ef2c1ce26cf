"""What nbgrader saves, with the course's additions: guarded labs, and submissions that need review."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades, SaveCells

from course_grader.fingerprint import content_hash
from course_grader.gradebook.connection import one_transaction
from course_grader.gradebook.guard import guard, guard_lab
from course_grader.gradebook.scores import save_scores
from course_grader.notebooks import find_lab
from course_grader.repair import METADATA_KEY


class SaveGuardedCells(SaveCells):
    """In place of SaveCells: the gradebook is guarded and notes which reference it learned."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb, resources = super().preprocess(nb, resources)
        lab = find_lab(self.assignment_id, Path.cwd())  # nbgrader's converters work in the course's folder
        guard_lab(self.db_url, self.assignment_id, content_hash(lab.reference()))
        return nb, resources


class SaveGrades(SaveAutoGrades):
    """In place of SaveAutoGrades: one transaction, and the formgrader lists a submission that needs review."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        where = resources["nbgrader"]
        needs_review = nb.metadata.get(METADATA_KEY, {}).get("needs_review", False)
        with Gradebook(where["db_url"]) as gradebook, one_transaction(gradebook):
            saved = gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
            save_scores(saved, nb.cells, needs_review)
            guard(saved.notebook)  # the gradebook may be older than the guard
        return nb, resources
