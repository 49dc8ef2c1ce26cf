"""nbgrader's second stage: the submission is run in the sandbox and judged outside it."""

from __future__ import annotations

import atexit
import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, Integer, default

from course_grader.errors import CourseError
from course_grader.fingerprint import lab_fingerprint
from course_grader.notebooks import Lab, find_lab, is_judged_cell
from course_grader.repair import Notes

if TYPE_CHECKING:
    from course_grader.grading import Engine


class CourseExecute(Execute):
    """In place of nbgrader's Execute: test cells get the judge's verdict, everything else what the sandbox gave.

    Limits are in lab.toml, so the options of `c.Execute` have no effect, except `--no-execute`, which is refused: it
    would believe the submission's own outputs.
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
        where = resources["nbgrader"]
        lab = find_lab(where["assignment"], Path.cwd())  # nbgrader's converters work in the course's folder
        engine = engine_for(lab, run_experiments=self.run_experiments)
        return engine.grade(nb, where["student"], self.seed, Notes.of(nb)).notebook, resources


def make_engine(lab: Lab, **options: Any) -> Engine:
    """An Engine, not entered. Imported here: no other nbgrader command needs torch."""
    from course_grader.grading import Engine

    return Engine(lab, **options)


_open = ExitStack()
_engines: dict[tuple, Engine] = {}
atexit.register(_open.close)


def engine_for(lab: Lab, **options: Any) -> Engine:
    """The process's engine for this lab: started once, and anew when the lab or the options change."""
    key = (str(lab.root), lab_fingerprint(lab), *sorted(options.items()))
    if key not in _engines:
        close_engine()
        _engines[key] = _open.enter_context(make_engine(lab, **options))
    return _engines[key]


def close_engine() -> None:
    _engines.clear()
    _open.close()
