"""nbgrader's second stage: the submission is run in the sandbox and judged outside it, and the verdicts are saved."""

from __future__ import annotations

import atexit
import secrets
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute, SaveAutoGrades
from traitlets import Bool, Integer, default

from course_grader.nbgrader_plugins.damage import NOTES, Notes
from course_grader.nbgrader_plugins.guard import guard
from course_grader.nbgrader_plugins.prepared import take
from course_grader.notebooks import CourseError, Lab, find_lab, is_autograded_cell, is_judged_cell, tested_exercise
from course_grader.store import lab_fingerprint


class CourseExecute(Execute):
    """In place of nbgrader's Execute: test cells get the judge's verdict, everything else what the sandbox gave.

    Takes a result that is ready (`offer`), else grades here and now. Limits are in lab.toml, so the options of
    `c.Execute` have no effect, but for `--no-execute`, which is refused: it would believe the submission's own outputs.
    """

    seed = Integer(help="The run's seed, a new one unless set; inputs come from it.").tag(config=True)
    run_experiments = Bool(False, help="Run the cells tagged `experiment` too.").tag(config=True)

    @default("seed")
    def _new_seed(self) -> int:
        return secrets.randbelow(2**31)

    def __call__(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        if not self.enabled and any(is_judged_cell(cell) for cell in nb.cells):
            raise CourseError("--no-execute would take scores from the submission itself; nothing was scored")
        return super().__call__(nb, resources)

    def preprocess(self, nb: NotebookNode, resources: dict, km: Any = None) -> tuple[NotebookNode, dict]:
        notes = Notes.of(nb)
        where = resources["nbgrader"]
        if notes.unreadable:
            return _written(nb, None, notes), resources
        graded = take(where["assignment"], where["student"], nb)
        if graded is None:
            lab = find_lab(where["assignment"], Path.cwd())  # nbgrader's converters work in the course's folder
            graded = engine_for(lab, run_experiments=self.run_experiments).grade(nb, where["student"], self.seed)
        return _written(nb, graded, notes), resources


class SaveGrades(SaveAutoGrades):
    """Saves what the judge found; where a person must look, the formgrader lists the submission as needing one."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self._needs_person = nb.metadata.get(NOTES, {}).get("needs_person", False)
        nb, resources = super().preprocess(nb, resources)
        guard(self.db_url, self.assignment_id, self.notebook_id)  # it may be older than the guard
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_score(cell, resources)
        if self._needs_person:
            name = cell.metadata["nbgrader"]["grade_id"]
            grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
            grade.needs_manual_grade = True
            self.gradebook.db.commit()


def make_engine(lab: Lab, **options: Any) -> Any:
    """An Engine, not entered. Imported here: no other nbgrader command needs torch."""
    from course_grader.grading import Engine

    return Engine(lab, **options)


_open = ExitStack()
_engines: dict[tuple, Any] = {}
atexit.register(_open.close)


def engine_for(lab: Lab, **options: Any) -> Any:
    """The process's engine for this lab: started once, and anew when the lab or the options change."""
    key = (str(lab.root), lab_fingerprint(lab), *sorted(options.items()))
    if key not in _engines:
        close_engine()
        _engines[key] = _open.enter_context(make_engine(lab, **options))
    return _engines[key]


def close_engine() -> None:
    _engines.clear()
    _open.close()


def _written(nb: NotebookNode, graded: Any | None, notes: Notes) -> NotebookNode:
    """The sanitized notebook with outputs and verdicts; a test cell without a verdict holds an error, which is 0."""
    if graded is not None:
        for cell, run in zip(nb.cells, graded.notebook.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = run.outputs, run.execution_count
    exercises = graded.exercises if graded is not None else {}
    for cell in filter(is_autograded_cell, nb.cells):
        exercise = tested_exercise(cell.source)
        if exercise in exercises:
            cell.outputs = _verdict(cell, exercises[exercise].points)
        elif exercise is not None or cell.execution_count is None:
            cell.outputs = [_not_judged()]  # nbgrader gives full points to a test cell that has no output
    nb.metadata[NOTES] = {
        "problems": notes.problems,
        "messages": [*notes.problems, *(graded.messages if graded is not None else [])],
        "needs_person": notes.needs_person or (graded is not None and (graded.needs_person or not graded.ran)),
        "seed": graded.seed if graded is not None else None,
        "exercises": {name: asdict(result) | {"points": result.points} for name, result in exercises.items()},
    }
    return nb


def _verdict(cell: NotebookNode, points: float) -> list[NotebookNode]:
    text = [output for output in cell.outputs if output.output_type == "stream" and output.name == "stdout"]
    most = float(cell.metadata["nbgrader"]["points"])
    score = new_output("execute_result", {"text/plain": repr(min(float(points), most))}, execution_count=None)
    return [*text, score]


def _not_judged() -> NotebookNode:
    return new_output("error", ename="NotJudged", evalue="this test was not run", traceback=["This test was not run."])
