"""nbgrader's first stage of autograding, so that no damaged submission stops a batch or leaves grades without a score.

In place of nbgrader's own: SubmissionExporter for NotebookExporter, OneOfEach for DeduplicateIds, RestoreCells for
OverwriteCells. What they mend or cannot mend is written into the notebook's metadata, for feedback and instructor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec

from course_grader.nbgrader_plugins.damage import Notes, Unreadable, read_submission, stand_in


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
            reason = f"{path.name} has damaged cells or metadata ({type(error).__name__}: {error})"
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
            self._notes.add(f"cell `{mark['grade_id']}` is there more than once; the last one counts", mark["solution"])
        return cell, resources


class RestoreCells(OverwriteCells):
    """Marks, points and test cells come from the gradebook, whatever the submission says; missing ones are put back."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self._notes = Notes.of(nb)
        self._expected: dict[str, dict] | None = None
        nb, resources = super().preprocess(nb, resources)
        self._notes.write(nb)
        return nb, resources

    add_missing_cells = True

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        if "nbgrader" not in cell.metadata:
            return cell, resources
        expected = self._marks().get(cell.metadata["nbgrader"]["grade_id"])
        if expected is None:
            self._notes.add(f"cell {cell_index + 1} bore an nbgrader mark that this lab does not have", False)
            del cell.metadata["nbgrader"]
            return cell, resources
        cell.metadata["nbgrader"] = dict(expected)
        return super().preprocess_cell(cell, resources, cell_index)

    def add_missing_grade_cells(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Missing test cells go to the end, where all functions are defined; nbgrader's own way needs neighbours."""
        present = {cell.metadata["nbgrader"]["grade_id"] for cell in nb.cells if "nbgrader" in cell.metadata}
        sources = {cell.name: cell for cell in self._source_notebook().source_cells}
        for name, mark in self._marks().items():
            if name in present:
                continue
            if mark["grade"]:
                nb.cells.append(self._restored(sources[name], mark))
            if mark["solution"]:
                self._note_missing(f"the answer cell `{name}` is missing, or has lost its mark")
            elif mark["grade"]:
                self._note_missing(f"the test cell `{name}` was missing and was put back", needs_person=False)
        return nb, resources

    def _note_missing(self, problem: str, needs_person: bool = True) -> None:
        if not self._notes.unreadable:
            self._notes.add(problem, needs_person)

    def _restored(self, source: Any, mark: dict) -> NotebookNode:
        cell = self.missing_cell_transform(source, mark.get("points", 0), is_solution=mark["solution"])
        cell.source = source.source
        cell.metadata["nbgrader"] = dict(mark)
        cell.id = source.name.replace("_", "-")[:64]
        return cell

    def _source_notebook(self) -> Any:
        return self.gradebook.find_notebook(self.notebook_id, self.assignment_id)

    def _marks(self) -> dict[str, dict]:
        """The nbgrader metadata that each marked cell of the lab has, by grade_id, in the lab's order."""
        if self._expected is None:
            notebook = self._source_notebook()
            points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
            solutions = {cell.name for cell in notebook.solution_cells}
            tasks = {cell.name for cell in notebook.task_cells}
            self._expected = {}
            for cell in notebook.source_cells:
                mark = {
                    "grade_id": cell.name,
                    "grade": cell.name in points and cell.name not in tasks,
                    "solution": cell.name in solutions,
                    "task": cell.name in tasks,
                    "locked": cell.locked,
                    "cell_type": cell.cell_type,
                    "checksum": cell.checksum,
                    "schema_version": 3,
                }
                self._expected[cell.name] = mark | ({"points": points[cell.name]} if cell.name in points else {})
        return self._expected


SANITIZE_STEPS = [ClearOutput, OneOfEach, OverwriteKernelspec, RestoreCells, CheckCellMetadata]
