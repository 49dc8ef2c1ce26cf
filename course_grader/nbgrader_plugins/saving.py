"""Variants of nbgrader's preprocessors that save: they guard labs and mark submissions that need review."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades, SaveCells

from course_grader.fingerprint import answer_hashes, content_hash
from course_grader.gradebook.connection import one_transaction
from course_grader.gradebook.guard import guard, guard_lab
from course_grader.gradebook.provenance import Provenance, create_table
from course_grader.gradebook.scores import save_scores
from course_grader.nbgrader_plugins.execute import ORIGIN_KEY
from course_grader.notebooks import find_lab
from course_grader.repair import METADATA_KEY
from course_grader.results import Fingerprint

RUN = "nbgrader autograde"  # the name of its runs in the gradebook


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
        origin = nb.metadata.pop(ORIGIN_KEY, {})
        times = {"timestamp": origin["timestamp"]} if "timestamp" in origin else {}
        with Gradebook(where["db_url"]) as gradebook:
            create_table(gradebook)
            with one_transaction(gradebook):
                gradebook.update_or_create_submission(where["assignment"], where["student"], **times)
                saved = gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
                save_scores(gradebook, saved, nb.cells, _provenance(nb, origin))
                guard(saved.notebook)  # the gradebook may have been made before this guard existed
        return nb, resources


def _provenance(nb: NotebookNode, origin: dict) -> Provenance:
    record = nb.metadata.get(METADATA_KEY, {})
    fingerprint = Fingerprint(**origin["fingerprint"]) if "fingerprint" in origin else None
    return Provenance(RUN, record.get("seed", 0), record.get("status", "graded"), fingerprint, answer_hashes(nb.cells))
