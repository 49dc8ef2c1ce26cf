"""A test says that it tries an old function, if the exercise's cell ended with an error since or defined another."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils.testing.failed_cells import CellWatch

GOOD = "# Exercise: f\ndef f(x):\n    return x"
SYNTAX_ERROR = "# Exercise: f\ndef f(x)\n    return x"


@pytest.fixture
def run():
    """Runs cells in an IPython shell of their own; `run.warning()` is the warning for `f`."""
    shell = InteractiveShell()
    watch = CellWatch(shell.user_ns)
    shell.events.register("pre_run_cell", watch.before)
    shell.events.register("post_run_cell", watch.after)

    def run_cells(*sources):
        for source in sources:
            shell.run_cell(source)
        return watch.warning("f")

    return run_cells


def test_a_cell_that_defined_the_function(run):
    assert run(GOOD) == ""
    assert run("f(1)\n1 / 0") == ""  # another cell


def test_a_syntax_error_in_a_cell_that_was_right_before(run):
    warning = run(GOOD, SYNTAX_ERROR)
    assert "SyntaxError: expected ':' (line 2)" in warning and "still try the old `f`" in warning


def test_an_error_before_the_definition(run):
    assert "NameError" in run(GOOD, "# Exercise: f\nundefined\ndef f(x):\n    return 0")


def test_an_error_after_the_definition_leaves_the_new_function(run):
    assert run(GOOD, f"{GOOD}\n1 / 0") == ""


def test_a_syntax_error_in_a_cell_without_its_first_line(run):
    assert "SyntaxError" in run(GOOD, "def f(x)\n    return x")
    assert run(GOOD) == ""


def test_a_definition_among_commands_of_ipython(run):
    assert run(f"{GOOD}\n%matplotlib --list") == ""


def test_a_first_run_that_fails(run):
    assert "there is no `f` to test" in " ".join(run(SYNTAX_ERROR).split())


def test_the_warning_ends_when_the_cell_runs(run):
    assert run(SYNTAX_ERROR, GOOD) == ""


@pytest.mark.parametrize(
    "other",
    [
        "# Exercise: f\ndef g(x):\n    return x",
        "# Exercise: f\nx = 1  # later",
        "# Exercise: f\ndef F(x):\n    return x  # f is done",
        "# Exercise: f\nclass Solution:\n    def f(self, x):\n        return x",
    ],
)
def test_a_cell_that_defines_something_else(run, other):
    assert "it did not define `f`" in " ".join(run(GOOD, other).split())
    assert "there is no `f` to test" in " ".join(run(other).split()) or "still try the old `f`" in run(other)
    assert run(GOOD) == ""


@pytest.mark.parametrize("indented", ["", "class f:\n    "])
def test_code_below_the_line_of_the_stub(run, indented):
    stub = 'raise NotImplementedError("finish `f` first")'
    inner = "    " if indented else ""
    head = f"# Exercise: f\n{indented}def f(x):\n    {inner}"
    assert run(f"{head}{stub}") == ""
    assert "stands below `raise NotImplementedError(...)`" in run(f"{head}{stub}\n    {inner}return x")
    assert run(f"{head}return x") == ""


def test_a_name_for_another_function_is_a_definition(run):
    assert run("def g(x):\n    return x", "# Exercise: f\nf = g", "# Exercise: f\nf = g") == ""
