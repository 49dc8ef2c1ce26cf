"""Grading without kernels: each student's result is given beforehand."""

import shutil
from pathlib import Path

import nbformat

from course_grader.engine_options import DEFAULTS
from course_grader.grading import Engine, write_record
from course_grader.grading.notebook_run import fail_closed
from course_grader.results import TestResult
from tests.paths import ROOT
from tests.tiny_course import LAB, with_sources, write_tiny_course

MESSAGE = "Cell 6 (count) ended the kernel: memory: used 2300 MB, allowed 2000 MB."


class FakeEngine(Engine):
    """Replaces grading.Engine. `outcomes`: for each student an exception to raise or a share of the points."""

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.graded = []

    def __call__(self, lab, options=DEFAULTS, *, diagnoser=None, phases=None):
        self.lab, self.options, self.diagnoser, self.phases = lab, options, diagnoser, phases
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def _run(self, graded, files):
        outcome = self.outcomes.get(graded.student, 1.0)
        if isinstance(outcome, Exception):
            raise outcome
        self.graded.append(graded.student)
        fail_closed(graded)
        graded.seconds = 0.5
        for exercise in graded.exercises.values():
            exercise.tests = [_test(exercise.max, outcome)]
        if outcome < 0.5:
            graded.needs_review = True
            graded.messages.append(MESSAGE)
        write_record(graded)


def _test(maximum, share):
    status = "passed" if share == 1.0 else "failed"
    return TestResult("Visible.test_one", "One statement", status, share * maximum, maximum)


def write_course(root: Path, *students: str) -> Path:
    """A course with the tiny lab and these students' submissions."""
    write_tiny_course(root)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for student in students:
        hand_in(root / "submitted", student)
    return root


def hand_in(folder: Path, student: str, lab: str = LAB, **sources: str) -> Path:
    """A submission of the tiny lab in nbgrader's layout; sources: cells' sources by name."""
    place = folder / student / lab
    place.mkdir(parents=True)
    nbformat.write(with_sources(**sources), place / f"{lab}.ipynb")
    return place
