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


def measures(source):
    """The expected values in a test cell's comparisons, and the names in it that are values of the student's."""
    nodes = list(ast.walk(ast.parse(source)))
    assigned = (pair for node in nodes if isinstance(node, ast.Assign) for pair in assignments(node))
    taken = {target.id for target, value in assigned if ast.unparse(value).startswith("student.value(")}
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) > 1]
    compared = ("self.assert_close", "self.assert_equal_values", "self.assertEqual", "self.assert_gradient")
    return [node.args[1] for node in calls if ast.unparse(node.func) in compared], taken


def assignments(node):
    """(name, value) of each name that an assignment sets to a value of its own."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
    else:
        pairs = [(target, value)]
    return [pair for pair in pairs if isinstance(pair[0], ast.Name)]


def student_s(expected, taken):
    return any(isinstance(node, ast.Name) and node.id in {"student", *taken} for node in ast.walk(expected))


@pytest.mark.parametrize("lab", LABS)
def test_no_expected_value_is_made_from_what_is_in_the_student_s_notebook(lab):
    for cell in filter(is_judged_cell, find_lab(lab, ROOT).reference().cells):
        expected, taken = measures(cell.source)
        assert not [ast.unparse(each) for each in expected if student_s(each, taken)]


def test_a_value_of_the_student_s_is_recognised_as_a_measure():
    source = """
class Hidden(LabTestCase):
    def test(self):
        words, tokenizer = samples(), student.value("tokenizer")
        self.assert_close(student.embed(words, tokenizer), len(tokenizer))
        self.assert_close(student.embed(words), student.given(words))
        self.assert_close(student.embed(words, tokenizer), reference.embed(words))
"""
    expected, taken = measures(source)
    assert [student_s(each, taken) for each in expected] == [True, True, False]


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
