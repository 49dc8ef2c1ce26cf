"""Feedback HTML through nbgrader's generate_feedback: short, fit for a phone, without the source of hidden tests."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, GetGrades, NbGraderPreprocessor
from traitlets import List
from traitlets.config import Config

from course_grader.feedback.alternatives import other_answers
from course_grader.markup import PAGE_SETTINGS
from course_grader.notebooks import is_autograded_cell, is_solution_cell, is_written_answer, tested_exercise

_SETTINGS = {
    **PAGE_SETTINGS,
    "template_name": "course_feedback",
    "extra_template_basedirs": [str(Path(__file__).parent / "templates")],
}


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML with the course's template; what students wrote is sanitized."""

    def __init__(self, config: Config | None = None, **kwargs: Any):
        # GenerateFeedback sets nbgrader's template for every HTMLExporter; a section of our own is stronger.
        merged = Config(FeedbackExporter=_SETTINGS)
        merged.merge(config or Config())
        super().__init__(config=merged, **kwargs)


class Grades(GetGrades):
    """nbgrader's scores, and of each written answer whether a person has still to grade it."""

    def _get_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._get_score(cell, resources)
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        waits = grade.needs_manual_grade and grade.manual_score is None
        cell.metadata["nbgrader"]["pending"] = waits and is_written_answer(cell)


class _Step(NbGraderPreprocessor):
    """Knows a setting of nbconvert's which nbgrader's own steps do not, so that each run would warn of it."""

    display_data_priority: List = List().tag(config=True)


class HideTests(_Step, ClearHiddenTests):
    """Takes the hidden tests' source out of test cells, and out of the tracebacks of ordinary ones."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        if is_autograded_cell(cell) and self._remove_hidden_test_region(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


class Digest(_Step):
    """What the template shows: totals, the grader's messages, and which cells to fold away."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        record = nb.metadata.get("course_grader", {})
        tests = [_row(cell) for cell in nb.cells if is_autograded_cell(cell)]
        written = [_row(cell) for cell in nb.cells if is_written_answer(cell)]
        resources["course"] = {
            "tests": tests,
            "written": written,
            "tests_score": sum(row["score"] for row in tests),
            "tests_max": sum(row["max"] for row in tests),
            "written_score": sum(row["score"] for row in written),
            "written_max": sum(row["max"] for row in written),
            "written_pending": any(row["pending"] for row in written),
            "messages": record.get("messages", []),
            "needs_review": record.get("needs_review", False),
        }
        for graded, group in groupby(nb.cells, key=_is_graded):
            _fold(list(group), graded)
        return nb, resources


class OtherAnswers(_Step):
    """Below an exercise with all its points: other ways to write it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        lab = resources["nbgrader"]["assignment"]
        own = {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in filter(is_solution_cell, nb.cells)}
        for cell in filter(is_autograded_cell, nb.cells):
            row, exercise = _row(cell), tested_exercise(cell.source)
            if exercise and row["max"] and row["score"] >= row["max"]:
                # nbgrader's converters run in the course folder
                found = other_answers(Path.cwd(), lab, exercise, own.get(exercise, ""))
                cell.metadata["feedback"]["others"] = [answer._asdict() for answer in found]
        return nb, resources


def _is_graded(cell: NotebookNode) -> bool:
    return is_autograded_cell(cell) or is_solution_cell(cell) or is_written_answer(cell)


def _fold(cells: list[NotebookNode], graded: bool) -> None:
    """Marks a run of cells that the page folds into one line; graded cells stay open."""
    for cell in cells:
        cell.metadata["feedback"] = {"graded": graded, "opens": 0, "closes": False}
    if not graded:
        cells[0].metadata["feedback"]["opens"] = len(cells)
        cells[-1].metadata["feedback"]["closes"] = True


def _row(cell: NotebookNode) -> dict[str, Any]:
    mark = cell.metadata["nbgrader"]
    name = tested_exercise(cell.source) or mark["grade_id"]
    score, most = float(mark["score"]), float(mark["points"])
    return {"name": name, "anchor": mark["grade_id"], "score": score, "max": most, "pending": mark["pending"]}


FEEDBACK_STEPS = [Grades, HideTests, Digest, OtherAnswers, CSSHTMLHeaderPreprocessor]
