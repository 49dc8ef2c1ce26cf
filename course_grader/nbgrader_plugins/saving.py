"""Variants of nbgrader's preprocessors that save: they guard labs and mark submissions that need review."""

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
    """Replaces SaveCells: also guards the lab's entry and records the reference's fingerprint in it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb, resources = super().preprocess(nb, resources)
        lab = find_lab(self.assignment_id, Path.cwd())  # nbgrader's converters run in the course folder
        guard_lab(self.db_url, self.assignment_id, content_hash(lab.reference()))
        return nb, resources


class SaveGrades(SaveAutoGrades):
    """Replaces SaveAutoGrades: saves in one transaction and marks a submission that needs review for the formgrader."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        where = resources["nbgrader"]
        needs_review = nb.metadata.get(METADATA_KEY, {}).get("needs_review", False)
        with Gradebook(where["db_url"]) as gradebook, one_transaction(gradebook):
            saved = gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
            save_scores(saved, nb.cells, needs_review)
            guard(saved.notebook)  # the gradebook may have been made before this guard existed
        return nb, resources
