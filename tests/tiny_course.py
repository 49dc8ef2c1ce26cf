"""A course with one tiny lab, for tests: two exercises, one fixture, one experiment, one written answer."""

from pathlib import Path

from nbformat import NotebookNode, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

LAB = "00_tiny"
SETUP = """\
# Setup: run this cell first.
# In Colab, the released lab installs the course here.
import torch

from course_utils import runtime
from course_utils.testing import LabTestCase, points, reference, run_tests, student

runtime.setup("00_tiny")
"""
DOUBLE = """\
# Exercise: double
def double(x):
    \"\"\"Twice x; x is a tensor of any shape.\"\"\"
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
TEST_DOUBLE = """\
# Test: double
class VisibleDouble(LabTestCase):
    @points(0.5)
    def test_example(self):
        "Twice [1, 2] is [2, 4]"
        self.assert_close(student.double(torch.tensor([1.0, 2.0])), torch.tensor([2.0, 4.0]))

    @points(0.5)
    def test_zero(self):
        "Twice nothing is nothing"
        self.assert_close(student.double(torch.zeros(2)), torch.zeros(2))
### BEGIN HIDDEN TESTS
class HiddenDouble(LabTestCase):
    @points(2)
    def test_random(self):
        "Random tensors agree with the reference"
        x = self.randn(*self.odd_sizes(2))
        self.assert_close(student.double(x), reference.double(x))

    @points(1)
    def test_gradient(self):
        "The gradient agrees with the reference's"
        self.assert_gradient(student.double, self.randn(3, 4), expected_function=reference.double)

    @points(1)
    def test_fixture(self):
        "The course's own table is doubled too"
        self.assert_close(student.double(reference.table), 2 * reference.table)
### END HIDDEN TESTS
run_tests("double")
"""
COUNT = """\
# Exercise: count
def count(n):
    \"\"\"The numbers 0 to n - 1, one after another. ValueError for n < 0.\"\"\"
    ### BEGIN SOLUTION
    if n < 0:
        raise ValueError("n must not be negative")
    return iter(range(n))
    ### END SOLUTION
"""
TEST_COUNT = """\
# Test: count
class VisibleCount(LabTestCase):
    @points(2.5)
    def test_three(self):
        "Counting to three gives 0, 1, 2"
        self.assert_equal_values(student.count(3), [0, 1, 2])

    @points(2.5)
    def test_negative(self):
        "A negative count is an error"
        self.assert_raises(ValueError, student.count, -1)
### BEGIN HIDDEN TESTS
class HiddenCount(LabTestCase):
    @points(5)
    def test_random(self):
        "Random counts agree with the reference"
        n = self.randint(4, 9)
        self.assert_equal_values(student.count(n), list(reference.count(n)))

    @points(2.5)
    def test_none(self):
        "Counting to zero gives nothing"
        self.assert_equal_values(student.count(0), [])

    @points(2.5)
    def test_one(self):
        "Counting to one gives 0"
        self.assert_equal_values(student.count(1), [0])
### END HIDDEN TESTS
run_tests("count")
"""
VARIANTS = """\
import torch

# %% three times x kind="misconception" also_affects=["count"]
# This adds x once too often:
# count the plus signs.
def double(x):
    return x + x + x


# %% a product kind="alternative"
def double(x):
    return torch.mul(x, 2)
"""
WRITTEN = "Why is twice nothing nothing?\n\n### BEGIN SOLUTION\nModel answer.\n### END SOLUTION"


def code(source: str, name: str, **nbgrader) -> NotebookNode:
    cell = new_code_cell(source.strip(), id=name)
    if nbgrader:
        cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, "locked": False, "task": False, **nbgrader}
    return cell


def solution(source: str, name: str) -> NotebookNode:
    return code(source, name, grade=False, solution=True)


def test_cell(source: str, name: str, points: float) -> NotebookNode:
    cell = code(source, name, grade=True, solution=False, points=points)
    cell.metadata["nbgrader"]["locked"] = True
    return cell


test_cell.__test__ = False


def tagged(source: str, name: str, tag: str) -> NotebookNode:
    cell = code(source, name)
    cell.metadata["tags"] = [tag]
    return cell


def tiny_notebook() -> NotebookNode:
    """The reference notebook."""
    written = new_markdown_cell(WRITTEN, id="explain_nothing")
    written.metadata["nbgrader"] = {
        "grade_id": "explain_nothing",
        "schema_version": 3,
        "locked": False,
        "task": False,
        "grade": True,
        "solution": True,
        "points": 5.0,
    }
    return python_notebook(
        [
            new_markdown_cell("# Tiny", id="title"),
            tagged(SETUP, "setup", "setup"),
            tagged("table = torch.arange(6.0).reshape(2, 3)", "table", "fixture"),
            solution(DOUBLE, "double"),
            test_cell(TEST_DOUBLE, "test_double", 5.0),
            solution(COUNT, "count"),
            test_cell(TEST_COUNT, "test_count", 15.0),
            tagged("print('a long experiment')", "experiment", "experiment"),
            written,
            code("print('goodbye')", "goodbye"),
        ],
    )


def python_notebook(cells: list[NotebookNode]) -> NotebookNode:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def score(graded) -> dict[str, float]:
    """The points of each exercise."""
    return {name: result.points for name, result in graded.exercises.items()}


def cell_named(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == name)


def with_sources(**sources: str) -> NotebookNode:
    """The tiny notebook with some cells' sources replaced, as a student would."""
    notebook = tiny_notebook()
    for name, source in sources.items():
        cell_named(notebook, name).source = source
    return notebook


def write_tiny_course(root: Path, toml: str = "call_seconds = 1\ncell_seconds = 4\nnotebook_seconds = 60\n") -> Path:
    """solutions/00_tiny below `root`."""
    folder = root / "solutions" / LAB
    folder.mkdir(parents=True)
    write(tiny_notebook(), folder / f"{LAB}.ipynb")
    (folder / "lab.toml").write_text(toml)
    (folder / "variants").mkdir()
    (folder / "variants" / "double.py").write_text(VARIANTS)
    return root
