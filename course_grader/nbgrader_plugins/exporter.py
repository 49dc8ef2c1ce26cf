"""The first stage of nbgrader's Autograde, done by `repair`, so that a damaged submission does not stop the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from course_grader.gradebook.lab_cells import lab_cells
from course_grader.gradebook.ungraded import remove_ungraded
from course_grader.nbgrader_plugins.execute import ORIGIN_KEY, CourseExecute
from course_grader.notebooks import find_lab
from course_grader.repair import LabCells, Submission, repair_submission, submission_hash


class SubmissionExporter(NotebookExporter):
    """In the first stage it reads and repairs a submission, which replaces nbgrader's ClearOutput, DeduplicateIds,
    OverwriteKernelspec and OverwriteCells. In the second stage, when CourseExecute is among its preprocessors, it is an
    ordinary NotebookExporter. The notes on the repair, and what the submission was, travel to the second stage in the
    notebook's metadata.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:  # text, but nbconvert declares a notebook
        if any(isinstance(step, CourseExecute) for step in self._preprocessors):
            return super().from_filename(filename, resources, **kw)
        where = (resources or {})["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            lab = LabCells.of(find_lab(where["assignment"], Path.cwd()), lab_cells(gradebook, where["assignment"]))
            remove_ungraded(gradebook, where["assignment"], where["student"])  # SaveGrades enters it again
        submission = Submission(where["student"], where["assignment"], Path(filename).parent)
        origin = {"submission": submission_hash(submission, lab.settings)}  # first: it may be handed in again meanwhile
        repaired = repair_submission(submission, lab)
        for problem in repaired.notes.problems:
            self.log.warning("%s: %s", filename, problem)
        repaired.notes.write(repaired.notebook)
        if repaired.timestamp is not None:
            origin["timestamp"] = str(repaired.timestamp)
        repaired.notebook.metadata[ORIGIN_KEY] = origin
        return self.from_notebook_node(repaired.notebook, resources)
