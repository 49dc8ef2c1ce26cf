"""The second stage of nbgrader's Autograde: runs the submission in the sandbox and judges it outside."""

from __future__ import annotations

import atexit
import secrets
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, Enum, Integer, default

from course_grader.engine_options import DEFAULTS, EngineOptions
from course_grader.errors import CourseError
from course_grader.fingerprint import lab_fingerprint, run_fingerprint
from course_grader.notebooks import Lab, find_lab, is_judged_cell
from course_grader.repair import Notes
from course_grader.repair.other_files import find_other_files
from course_utils.environment import PROFILES

if TYPE_CHECKING:
    from jupyter_client.manager import KernelManager

    from course_grader.grading import Engine

# Where the notebook's metadata says what the submission was, on its way from the first stage to SaveGrades.
ORIGIN_KEY = "course_grader_origin"


class CourseExecute(Execute):
    """Replaces nbgrader's Execute: test cells get the judge's verdict, other cells their output from the sandbox.

    The limits are in lab.toml; the options of `c.Execute` have no effect. `--no-execute` is refused, since nbgrader
    would then trust the outputs in the submission.
    """

    seed = Integer(help="Seed of the tests' random inputs; a new one for each run unless set.").tag(config=True)
    run_experiments = Bool(False, help="Also run the cells tagged `experiment`.").tag(config=True)
    run_all = Bool(False, help="Also run the lab's own cells that nothing graded needs.").tag(config=True)
    gpu = Bool(False, help="Give each submission a GPU, even if lab.toml does not ask for one.").tag(config=True)
    profile = Enum(PROFILES, "cpu", help="Profile of the student's cells; tests always run in cpu.").tag(config=True)

    @default("seed")
    def _new_seed(self) -> int:
        return secrets.randbelow(2**31)

    @property
    def engine_options(self) -> EngineOptions:
        return EngineOptions(
            run_experiments=self.run_experiments, run_all=self.run_all, gpu=self.gpu, profile=self.profile
        )

    def __call__(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        if not self.enabled and any(is_judged_cell(cell) for cell in nb.cells):
            raise CourseError("--no-execute would take the scores from the submission itself, so nothing was graded")
        return super().__call__(nb, resources)

    def preprocess(
        self, nb: NotebookNode, resources: dict, km: KernelManager | None = None
    ) -> tuple[NotebookNode, dict]:
        where = resources["nbgrader"]
        lab = find_lab(where["assignment"], Path.cwd())  # nbgrader's converters run in the course folder
        engine = engine_for(lab, self.engine_options)
        notes = Notes.of(nb)
        place = Path(resources.get("metadata", {}).get("path") or ".", f"{where['assignment']}.ipynb")
        reported = Notes()  # by the first stage
        files = find_other_files(place, lab.settings.files, lab.settings.files_mb, reported)
        origin = nb.metadata.pop(ORIGIN_KEY, {})
        graded = engine.grade(nb, where["student"], self.seed, notes, files).notebook
        if "submission" in origin:
            state = run_fingerprint(lab, engine.options)
            origin["fingerprint"] = asdict(replace(state, submission=origin["submission"]))
        graded.metadata[ORIGIN_KEY] = origin
        return graded, resources


def make_engine(lab: Lab, options: EngineOptions) -> Engine:
    """An Engine that is not entered yet. Imported here, because other nbgrader commands do not need torch."""
    from course_grader.diagnosis import Diagnoses
    from course_grader.grading import Engine

    return Engine(lab, options, diagnoser=Diagnoses(lab))


_open = ExitStack()
_engines: dict[tuple[str, str, EngineOptions], Engine] = {}
atexit.register(_open.close)


def engine_for(lab: Lab, options: EngineOptions = DEFAULTS) -> Engine:
    """This process's engine for the lab: started once, and again when the lab or the options change."""
    key = (str(lab.root), lab_fingerprint(lab), options)
    if key not in _engines:
        close_engine()
        _engines[key] = _open.enter_context(make_engine(lab, options))
    return _engines[key]


def close_engine() -> None:
    _engines.clear()
    _open.close()
