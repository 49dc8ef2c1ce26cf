"""Which cells grading leaves out: the lab's own demonstrations, unless something graded may need them."""

import pytest

from course_grader.grading.names import names_of
from course_grader.grading.needed_cells import given_sources, unneeded_cells
from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT
from tests.tiny_course import cell_named, code, python_notebook, solution, tagged, test_cell

SETUP = tagged("import torch\nfrom course_utils import plots", "setup", "setup")
ANSWER = "def double(x):\n    return 2 * x"
TEST = "self.assert_equal(student.double(1), 2)\nrun_tests('double')"


def left_out(*given, answer=ANSWER, test=TEST, changed=None, **options):
    """Which of the given cells, by number, are left out. changed: the last one's source as handed in."""
    demonstrations = [code(source, f"given{number}") for number, source in enumerate(given)]
    cells = [SETUP, *demonstrations, solution(answer, "double"), test_cell(test, "test_double", 1.0)]
    sources = given_sources(python_notebook(cells))
    if changed is not None:
        demonstrations[-1].source = changed
    found = unneeded_cells(cells, sources, **options)
    return [number for number, cell in enumerate(demonstrations) if cells.index(cell) in found]


@pytest.mark.parametrize(
    "source",
    [
        "print(double(3))",
        "x = torch.zeros(3)\nplots.show(plots.bars(x), alt='nothing')",
        "with needs('double'):\n    torch.manual_seed(0)\n    x = double(torch.ones(2))\n    x[0] = 1",
        "axes.set_title('a plot')",
    ],
)
def test_a_demonstration_is_left_out(source):
    assert left_out(source) == [0]


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline",
        "!ls",
        "eval('double(3)')",
        "globals()['x'] = 1",
        "from math import *",
        "torch.set_default_dtype(torch.float64)",
        "torch.backends.cudnn.benchmark = True",
        "from os import chdir\nchdir('/')",
        "torch.save(3, 'three.pt')",
        "with open('three.txt', 'w') as file:\n    print(3, file=file)",
        "double.calls = 0",
        "def double(x):\n    return x",
        "double = 3",
        "import math as double",
        "for double in range(3): pass",
        "class A:\n    global double\n    double = 3",
        "if (double := 3): pass",
    ],
)
def test_what_may_change_a_result_runs(source):
    assert left_out(source) == []


def test_a_cell_that_an_answer_needs_runs():
    needed = "def helper(x):\n    return torch.add(x, offset)"
    assert left_out("offset = 0", needed, "print(offset)", answer="def double(x): return helper(2 * x)") == [2]


def test_a_cell_that_a_student_s_own_cell_needs_runs():
    assert left_out("table = [1]", "print(table)", "print(3)", changed="print(len(table))") == [1]


def test_a_cell_that_may_change_what_an_answer_uses_runs():
    answer = "def double(x): return 2 * x + len(table)"
    assert left_out("table = []", "table.append(1)", "table[0] = 3", "print(table)", answer=answer) == [3]


def test_what_a_student_changed_runs():
    assert left_out("x = 3", "print(x)", changed="print(x + 1)") == []


def test_a_cell_that_assigns_a_name_first_does_not_need_it():
    assert left_out("guess = 1", "guess = 2\nprint(guess)", changed="guess = 3\nprint(guess)") == [0]


@pytest.mark.parametrize(
    "before_use",
    ["if answer:\n    guess = 3", "for guess in []: pass", "with maybe(): guess = 3", "def f(): guess = 3"],
)
def test_what_may_not_be_assigned_is_needed(before_use):
    assert left_out("guess = 1", "pass", changed=f"{before_use}\nprint(guess)") == []


@pytest.mark.parametrize(
    "test",
    [
        "student.value('table')",
        "read = student.value\nread('table')",
        "for name in ['table']: student.value(name)",
        "student.value('table' + '')",
        "getattr(student, 'table')",
        "def probe(student):\n    return student.table",
    ],
)
def test_a_cell_that_a_test_needs_runs(test):
    assert left_out("table = [1]", test=f"{test}\nrun_tests('double')") == []


def test_a_name_that_a_test_has_for_something_else_does_not_count():
    test = "texts = ['table']\nself.table = student.value('size')\nrun_tests('double')"
    assert left_out("table = [1]", "size = 1", test=test) == [0]


def test_a_comprehension_s_own_variable_is_none_of_the_notebook_s():
    assert left_out("x = 1", "pass", changed="y = [x for x in range(3)]") == [0]
    assert left_out("x = 1", "pass", changed="y = max(x, *[x for x in range(3)])") == []
    assert left_out("x = 1", "pass", changed="y = [x for x in range(x)]") == []


def test_an_answer_that_looks_variables_up_by_itself_needs_everything():
    assert left_out("x = 3", answer="def double(x): return 2 * globals()['x']") == []


def test_an_answer_with_a_syntax_error_needs_everything():
    assert left_out("x = 3", answer="def double(x) return") == []


def test_experiments_need_their_cells_only_if_they_run():
    cells = [SETUP, code("size = 3", "size"), tagged("print(size)", "long", "experiment")]
    given = given_sources(python_notebook(cells))
    assert unneeded_cells(cells, given) == {1}
    assert unneeded_cells(cells, given, run_experiments=True) == set()


def test_without_a_reference_everything_runs():
    assert unneeded_cells([code("print(3)", "print")], frozenset()) == set()


@pytest.mark.parametrize("name", lab_names(ROOT))
def test_each_lab_has_demonstrations_and_its_exercises_run(name):
    reference = find_lab(name, ROOT).reference()
    found = unneeded_cells(reference.cells, given_sources(reference))
    assert found and all("nbgrader" not in reference.cells[index].metadata for index in found)
    assert all(names_of(cell.source) for cell in reference.cells if cell.cell_type == "code")


def test_the_graded_notebook_shows_which_cells_ran(engine):
    notebook = engine.lab.reference()
    cell_named(notebook, "goodbye").source = "print('my own')"
    notebook.cells.append(code("print('goodbye')", "given"))
    graded = engine.grade(notebook, "ada", 1)
    assert graded.score == 20.0
    assert cell_named(graded.notebook, "goodbye").outputs[0].text == "my own\n"
    assert cell_named(graded.notebook, "given").outputs == []
