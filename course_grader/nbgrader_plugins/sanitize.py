"""nbgrader's first stage of autograding, so that no damaged submission stops a batch or leaves grades without a score.

In place of nbgrader's own: SubmissionExporter for NotebookExporter, OneOfEach for DeduplicateIds, PythonKernel for
OverwriteKernelspec, RestoreCells for OverwriteCells. What they mend or cannot mend is written into the notebook's
metadata, for feedback and instructor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells
from nbgrader.utils import is_grade, is_locked, is_solution

from course_grader.nbgrader_plugins.damage import Notes, Unreadable, read_submission, stand_in
from course_grader.nbgrader_plugins.guard import PythonKernel
from course_grader.nbgrader_plugins.mishaps import whole_mishap


class SubmissionExporter(NotebookExporter):
    """Reads a submission and sanitizes it; one that cannot be read is replaced by a stand-in that says why.

    In nbgrader's second stage (`sanitizing` false) it is an ordinary NotebookExporter, whose errors count.
    """

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        if not any(isinstance(step, RestoreCells) for step in self._preprocessors):
            return super().from_filename(filename, resources, **kw)
        return self._sanitize(Path(filename), resources)

    def _sanitize(self, path: Path, resources: dict | None) -> tuple[str, dict]:
        try:
            return self.from_notebook_node(read_submission(path), resources)
        except Unreadable as error:
            reason = str(error)
        except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            # nbgrader's steps trust metadata that any editor may have changed.
            reason = f"{path.name} has damaged cells or metadata ({type(error).__name__}: {error})."
        self.log.warning("%s: %s", path, reason)
        return self.from_notebook_node(stand_in(reason), resources)


class OneOfEach(DeduplicateIds):
    """A cell that was copied together with its mark: the last copy keeps the mark, as in nbgrader, and it is said."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self._notes = Notes.of(nb)
        nb, resources = super().preprocess(nb, resources)
        self._notes.write(nb)
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        mark = cell.metadata.get("nbgrader")
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if mark and not cell.metadata["nbgrader"]:
            del cell.metadata["nbgrader"]  # an empty mark stops nbgrader's whole batch
            self._notes.add(
                f"Cell `{mark['grade_id']}` is there more than once; the last one counts.", mark["solution"]
            )
        return cell, resources


class RestoreCells(OverwriteCells):
    """Marks, points and test cells come from the gradebook, whatever the submission says; missing ones are put back."""

    add_missing_cells = True  # a grade whose cell is missing would stay without a score

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self._notes = Notes.of(nb)
        self._lab: dict[str, NotebookNode] = {}
        self._foreign: list[int] = []  # numbers of cells with a mark that this lab does not have
        self._missing: dict[str, NotebookNode] = {}
        nb, resources = super().preprocess(nb, resources)
        if not self._notes.unreadable:
            self._note_marks(nb)
        self._notes.write(nb)
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        if "nbgrader" not in cell.metadata:
            return cell, resources
        released = self._lab_cells().get(cell.metadata["nbgrader"]["grade_id"])
        if released is None:
            self._foreign.append(cell_index + 1)
            del cell.metadata["nbgrader"]
            return cell, resources
        cell.metadata["nbgrader"] = released.metadata["nbgrader"].copy()
        if is_locked(released):
            cell.source = released.source
        return super().preprocess_cell(cell, resources, cell_index)

    def add_missing_grade_cells(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Missing test cells go to the end, where all functions are defined; nbgrader's own way needs neighbours."""
        present = {cell.metadata["nbgrader"]["grade_id"] for cell in nb.cells if "nbgrader" in cell.metadata}
        for name, cell in self._lab_cells().items():
            if name not in present:
                self._missing[name] = cell
                if is_grade(cell):
                    nb.cells.append(cell)
        return nb, resources

    def _note_marks(self, nb: NotebookNode) -> None:
        whole = whole_mishap(self.assignment_id, nb, self._lab, self._missing, len(self._foreign))
        if whole:
            self._notes.add(whole)
            return
        for number in self._foreign:
            self._notes.add(f"Cell {number} bore an nbgrader mark that this lab does not have.", needs_person=False)
        for name, cell in self._missing.items():
            if is_solution(cell):
                self._notes.add(f"The answer cell `{name}` is missing, or has lost its mark.")
            elif is_grade(cell):
                self._notes.add(f"The test cell `{name}` was missing and was put back.", needs_person=False)

    def _lab_cells(self) -> dict[str, NotebookNode]:
        """The lab's marked cells as the gradebook keeps them, by grade_id, in the lab's order."""
        if not self._lab:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
            points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
            solutions = {cell.name for cell in notebook.solution_cells}
            tasks = {cell.name for cell in notebook.task_cells}
            for saved in notebook.source_cells:
                name = saved.name
                mark = {
                    "grade_id": name, "grade": name in points and name not in tasks, "solution": name in solutions,
                    "task": name in tasks, "locked": saved.locked, "cell_type": saved.cell_type,
                    "checksum": saved.checksum, "schema_version": 3,
                }  # fmt: skip
                if name in points:
                    mark["points"] = points[name]
                new_cell = new_code_cell if saved.cell_type == "code" else new_markdown_cell
                self._lab[name] = new_cell(saved.source, metadata={"nbgrader": mark})
        return self._lab


SANITIZE_STEPS = [ClearOutput, OneOfEach, PythonKernel, RestoreCells, CheckCellMetadata]
