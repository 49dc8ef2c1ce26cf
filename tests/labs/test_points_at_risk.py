"""Points without a right answer: for answers that ignore their arguments, and for what a probe's result can be forged."""

import ast

import pytest

from course_grader.audit.check import InProcess
from course_grader.audit.constants import BODIES, constant_answers
from course_grader.audit.in_child import ChildEnded, in_child
from course_grader.audit.probes import probing_tests
from course_grader.notebooks import find_lab, is_judged_cell, is_solution_cell, lab_names, nbgrader_metadata
from tests.paths import ROOT

LABS = lab_names(ROOT)
MAX_CONSTANT, MAX_PROBED = 0.5, 0.75  # of a lab's 20 points
SECONDS = 120.0


def solutions(lab):
    cells = find_lab(lab, ROOT).reference().cells
    return {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in cells if is_solution_cell(cell)}


def probed(lab):
    """The points of a lab's tests that run a probe."""
    cells = filter(is_judged_cell, find_lab(lab, ROOT).reference().cells)
    return sum(
        points for cell in cells for name, points in worth(cell.source).items() if name in probing_tests(cell.source)
    )


def worth(source):
    """The points of each test of a test cell."""
    return {
        f"{case.name}.{method.name}": decorator.args[0].value
        for case in ast.parse(source).body
        if isinstance(case, ast.ClassDef)
        for method in case.body
        if isinstance(method, ast.FunctionDef)
        for decorator in method.decorator_list
        if ast.unparse(decorator).startswith("points(")
    }


@pytest.mark.parametrize("lab", LABS)
def test_few_points_rest_on_probes(lab):
    assert 0 < probed(lab) <= MAX_PROBED


def test_the_docs_say_how_many_points_rest_on_probes():
    by_lab = ", ".join(f"{lab[:2]}: {probed(lab):g}" for lab in LABS)
    text = " ".join((ROOT / "docs" / "grading.md").read_text(encoding="utf-8").split())
    assert f"by lab: {by_lab}." in text


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
def test_answers_that_ignore_their_arguments_get_next_to_nothing(lab):
    assert len(BODIES) >= 12
    judge = InProcess(find_lab(lab, ROOT).reference())
    most = {
        exercise: max(points_of(judge, exercise, answer) for answer in constant_answers(source, exercise))
        for exercise, source in solutions(lab).items()
    }
    assert sum(most.values()) <= MAX_CONSTANT, most


def points_of(judge, exercise, answer):
    def judged():
        return sum(outcome.points for outcome in judge.outcomes({exercise: answer}, [exercise])[exercise])

    try:
        return in_child(judged, SECONDS)
    except ChildEnded:
        return 0.0
