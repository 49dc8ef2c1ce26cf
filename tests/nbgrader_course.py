"""The tiny course under nbgrader, for tests: its folder, hand-ins, and an engine that needs no sandbox."""

import copy
import shutil
from pathlib import Path

import nbformat

from course_grader.marking import GradedNotebook
from course_grader.notebooks import is_judged_cell, tested_exercise
from course_grader.results import ExerciseResult, TestResult
from tests.tiny_course import LAB, cell_named, write_tiny_course

ROOT = Path(__file__).parent.parent
DOUBLE = "# Exercise: double\ndef double(x):\n    return x + x"
COUNT = "# Exercise: count\ndef count(n):\n    return list(range(n))"


def write_course(root):
    """A course folder with nbgrader's configuration, as an instructor has it."""
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


def grades(course, student):
    """What the gradebook holds: {grade_id: (automatic score, needs a person)}."""
    with course.gradebook() as gradebook:
        saved = gradebook.find_submission_notebook(LAB, LAB, student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in saved.grades}


def autograded(course, student):
    folder = course.config.CourseDirectory.get("autograded_directory", course.root / "autograded")
    return nbformat.read(Path(folder) / student / LAB / f"{LAB}.ipynb", as_version=4)


class FakeEngine:
    """Half of each exercise's points for an answer that is no stub; remembers whom it graded."""

    def __init__(self, lab, **options):
        self.options = options
        self.graded = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def grade(self, notebook, student, seed):
        self.graded.append(student)
        source = "\n".join(cell.source for cell in notebook.cells)
        graded = GradedNotebook(notebook, seed)
        for cell in filter(is_judged_cell, notebook.cells):
            exercise, most = tested_exercise(cell.source), cell.metadata.nbgrader.points
            points = 0.0 if f"finish `{exercise}` first" in source else most / 2
            tests = [TestResult("Hidden.test_a", "It holds", "passed", points, most, hidden=True)]
            graded.exercises[exercise] = ExerciseResult(exercise, most, tests)
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="  ✗ It holds\n      expected: 1\n")]
            cell.execution_count = None
        return graded
