"""The tiny course with nbgrader, for tests: its folder, submissions, and an engine that needs no sandbox."""

import copy
import shutil
from concurrent.futures import Future
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde

from course_grader.errors import CourseError
from course_grader.gradebook.lab_cells import lab_cells
from course_grader.grading import Engine, write_record
from course_grader.grading.notebook_run import fail_closed
from course_grader.nbgrader_plugins import GradebookWriter, execute
from course_grader.nbgrader_plugins.preconditions import expect_lab_notebook
from course_grader.notebooks import find_lab, is_judged_cell, tested_exercise
from course_grader.release.converters import run_converter
from course_grader.repair import LabCells, Submission, repair_submission
from course_grader.results import TestResult
from course_grader.runner.grade import Grading
from tests.tiny_course import LAB, cell_named, write_tiny_course

ROOT = Path(__file__).parent.parent
DOUBLE = "# Exercise: double\ndef double(x):\n    return x + x"
COUNT = "# Exercise: count\ndef count(n):\n    return list(range(n))"


def write_course(root):
    """A course folder with nbgrader's configuration, like an instructor's."""
    write_tiny_course(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = "someone/their-course"\n')
    return root


def answered(released, **sources):
    """The released notebook with answers in place of some cells' sources."""
    notebook = copy.deepcopy(released)
    for name, source in sources.items():
        cell_named(notebook, name).source = source
    return notebook


def hand_in(root, student, content, name=LAB):
    """submitted/<student>/<LAB>/<name>.ipynb; content is a notebook or bytes."""
    folder = root / "submitted" / student / LAB
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else nbformat.writes(content).encode())
    return path


def autograde_by_nbgrader(course, students):
    """nbgrader's own Autograde, as its command runs it: {student: reason} of those it could not grade."""
    config = copy.deepcopy(course.config)
    config.Autograde.pre_convert_hook = expect_lab_notebook
    failed = {}
    for student in students:
        if error := run_converter(Autograde, course.directory(LAB, student), config, course.log):
            failed[student] = error
    return failed


def autograde_by_writer(course, students):
    """Like `course-grader grade`: repair, grade, save with the writer."""
    engine = Future()
    engine.set_result(execute.engine_for(find_lab(LAB, course.root)))
    failed = {}
    with GradebookWriter(course, LAB) as writer:
        grading = Grading(engine, LabCells.of(find_lab(LAB, course.root), writer.lab_cells), seed=7)
        for student in students:
            submission = Submission(student, LAB, course.folder("submitted", LAB, student))
            try:
                writer.save(grading(submission))
            except CourseError as error:
                failed[student] = str(error)
    return failed


def repaired(course, student):
    """The submission after repair."""
    with course.gradebook() as gradebook:
        submission = Submission(student, LAB, course.folder("submitted", LAB, student))
        return repair_submission(submission, LabCells.of(find_lab(LAB, course.root), lab_cells(gradebook, LAB)))


def grades(course, student):
    """What the gradebook holds: {grade_id: (automatic score, needs review)}."""
    with course.gradebook() as gradebook:
        saved = gradebook.find_submission_notebook(LAB, LAB, student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in saved.grades}


def autograded(course, student):
    folder = course.config.CourseDirectory.get("autograded_directory", course.root / "autograded")
    return nbformat.read(Path(folder) / student / LAB / f"{LAB}.ipynb", as_version=4)


class FakeEngine(Engine):
    """Half of each exercise's points for an answer that is not a stub; remembers whom it graded.

    Tests replace `change` to make something else of a result.
    """

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.graded = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def _run(self, graded, files):
        self.graded.append(graded.student)
        fail_closed(graded)
        source = "\n".join(cell.source for cell in graded.notebook.cells)
        for cell in filter(is_judged_cell, graded.notebook.cells):
            exercise = graded.exercises[tested_exercise(cell.source)]
            points = 0.0 if f"finish `{exercise.id}` first" in source else exercise.max / 2
            exercise.tests = [TestResult("Hidden.test_a", "It holds", "passed", points, exercise.max, hidden=True)]
            exercise.text = "  ✗ It holds\n      expected: 1\n"
        self.change(graded)
        write_record(graded)

    @staticmethod
    def change(graded):
        pass
