"""The first stage of nbgrader's Autograde, done by `repair`, so that a damaged submission does not stop the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from course_grader.gradebook.lab_cells import lab_cells
from course_grader.nbgrader_plugins.execute import CourseExecute
from course_grader.notebooks import find_lab
from course_grader.repair import LabCells, Submission, repair_submission


class SubmissionExporter(NotebookExporter):
    """In the first stage it reads and repairs a submission, which replaces nbgrader's ClearOutput, DeduplicateIds,
    OverwriteKernelspec and OverwriteCells. In the second stage, when CourseExecute is among its preprocessors, it is an
    ordinary NotebookExporter. The notes on the repair travel to the second stage in the notebook's metadata.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:  # text, but nbconvert declares a notebook
        if any(isinstance(step, CourseExecute) for step in self._preprocessors):
            return super().from_filename(filename, resources, **kw)
        where = (resources or {})["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            lab = LabCells.of(find_lab(where["assignment"], Path.cwd()), lab_cells(gradebook, where["assignment"]))
        submission = Submission(where["student"], where["assignment"], Path(filename).parent)
        repaired = repair_submission(submission, lab)
        for problem in repaired.notes.problems:
            self.log.warning("%s: %s", filename, problem)
        repaired.notes.write(repaired.notebook)
        return self.from_notebook_node(repaired.notebook, resources)
