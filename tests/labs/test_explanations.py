"""Explanations of misconceptions, as students read them: short, with an example and something to look at."""

import ast
import re

import pytest

from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import find_lab, is_solution_cell, lab_names
from tests.paths import ROOT

# A number or a shape, a piece of code, or a value or error that a student meets.
EXAMPLE = re.compile(r"(?<![A-Za-z\d_])\d|`[^`]+`|\"[^\"]+\"|'\w+'|\b(True|False|None|NaN|infinite|\w+Error)\b|\w\(\)")
POINTER = re.compile(r"\b(look|check|compare|think|count|write down)\b", re.IGNORECASE)
SHORTEST, LONGEST = 80, 430  # characters
LEAST_CODE = 25  # characters of a line of code that nobody writes by chance


@pytest.fixture(scope="module", params=lab_names(ROOT))
def lab(request):
    return find_lab(request.param, ROOT)


@pytest.fixture(scope="module")
def misconceptions(lab):
    return [variant for variant in load_variants(lab) if variant.kind is Kind.MISCONCEPTION]


def problems_of(explanation):
    """What is wrong with the form of an explanation."""
    found = [] if SHORTEST <= len(explanation) <= LONGEST else [f"has {len(explanation)} characters"]
    found += [] if EXAMPLE.search(explanation) else ["has no example"]
    found += [] if POINTER.search(explanation) else ["does not say what to look at"]
    found += ["mentions tests"] if re.search(r"\b(hidden|visible) tests?\b|\bHidden[A-Z]", explanation) else []
    return found


def test_the_form(misconceptions):
    problems = {(each.exercise, each.name): problems_of(each.explanation) for each in misconceptions}
    assert not {name: found for name, found in problems.items() if found}


def statements(source):
    """The simple statements of a solution, as text without spaces."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Return | ast.Assign | ast.AugAssign))
    return {"".join(ast.unparse(node).removeprefix("return ").split()) for node in nodes}


def test_no_line_of_an_answer(lab, misconceptions):
    code = set().union(*(statements(cell.source) for cell in lab.reference().cells if is_solution_cell(cell)))
    long = {line for line in code if len(line) > LEAST_CODE}
    assert long
    for each in misconceptions:
        plain = "".join(each.explanation.split())
        assert not [line for line in long if line in plain], each.name


def test_no_explanation_serves_two_mistakes_of_an_exercise(misconceptions):
    texts = [(each.exercise, each.explanation) for each in misconceptions]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("explanation", "problem"),
    [
        ("Too short: 1. Look.", "has 19 characters"),
        (
            "The sum of all the losses of the batch is returned, not their mean. Look at the docstring's verb.",
            "example",
        ),
        ("The sum is returned: losses of 1 and 3 give 4 instead of 2, so larger batches get larger losses.", "look at"),
        ("The sum is returned: losses of 1 and 3 give 4. Look at what the hidden tests ask for in this case.", "tests"),
    ],
)
def test_a_poor_explanation_is_found(explanation, problem):
    [found] = problems_of(explanation)
    assert problem in found
