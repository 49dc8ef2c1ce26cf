"""Grading without kernels: what each student's result shall be is said beforehand."""

import shutil
from pathlib import Path

import nbformat

from course_grader.marking import GradedNotebook
from course_grader.notebooks import is_judged_cell, nbgrader_metadata, tested_exercise
from course_grader.results import ExerciseResult, TestResult
from tests.paths import ROOT
from tests.tiny_course import LAB, with_sources, write_tiny_course

MESSAGE = "Cell 6 (count) ended the kernel: memory: used 2300 MB, allowed 2000 MB."


class FakeEngine:
    """In place of grading.Engine. An exception in `outcomes` is raised, a share of the points is given."""

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.graded = []

    def __call__(self, lab, **options):
        self.options = options
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def grade(self, notebook, student, seed):
        outcome = self.outcomes.get(student, 1.0)
        if isinstance(outcome, Exception):
            raise outcome
        self.graded.append(student)
        graded = GradedNotebook(notebook, seed, seconds=0.5)
        for cell in filter(is_judged_cell, notebook.cells):
            graded.exercises[tested_exercise(cell.source)] = _exercise(cell, outcome)
        if outcome < 0.5:
            graded.needs_person = True
            graded.messages.append(MESSAGE)
        return graded


def _exercise(cell, share):
    maximum = float(nbgrader_metadata(cell)["points"])
    status = "passed" if share == 1.0 else "failed"
    test = TestResult("Visible.test_one", "One statement", status, share * maximum, maximum)
    return ExerciseResult(tested_exercise(cell.source), maximum, [test])


def write_course(root: Path, *students: str) -> Path:
    """A course of the tiny lab with these students' submissions."""
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
