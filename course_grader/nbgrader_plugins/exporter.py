"""nbgrader's first stage of autograding, done by `repair`, so that no damaged submission stops a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from course_grader.gradebook.lab_cells import lab_cells
from course_grader.nbgrader_plugins.execute import CourseExecute
from course_grader.repair import Submission, repair_submission


class SubmissionExporter(NotebookExporter):
    """In the first stage it reads and repairs a submission, in place of nbgrader's ClearOutput, DeduplicateIds,
    OverwriteKernelspec and OverwriteCells; in the second, where CourseExecute is among its steps, it is an ordinary
    NotebookExporter. What was repaired, or could not be, is in the notebook's metadata for the second stage.
    """

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        if any(isinstance(step, CourseExecute) for step in self._preprocessors):
            return super().from_filename(filename, resources, **kw)
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            cells = lab_cells(gradebook, where["assignment"])
        submission = Submission(where["student"], where["assignment"], Path(filename).parent)
        repaired = repair_submission(submission, cells)
        for problem in repaired.notes.problems:
            self.log.warning("%s: %s", filename, problem)
        repaired.notes.write(repaired.notebook)
        return self.from_notebook_node(repaired.notebook, resources)
