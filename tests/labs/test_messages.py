"""What a failed test says: in words, never only that something is not True."""

import ast

import pytest

from course_grader.notebooks import find_lab, is_judged_cell, lab_names, nbgrader_metadata
from tests.paths import ROOT


def bare_truths(source):
    """Lines that compare with True or False as values: their message would be "expected: True, got: False"."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    for call in calls:
        if getattr(call.func, "attr", "") == "assert_equal_values" and len(call.args) > 1:
            right = call.args[1]
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            if any(isinstance(value, ast.Constant) and isinstance(value.value, bool) for value in values):
                yield call.lineno


@pytest.mark.parametrize("name", lab_names(ROOT))
def test_no_message_is_only_a_truth_value(name):
    cells = filter(is_judged_cell, find_lab(name, ROOT).reference().cells)
    found = {nbgrader_metadata(cell)["grade_id"]: list(bare_truths(cell.source)) for cell in cells}
    assert not {cell: lines for cell, lines in found.items() if lines}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("self.assert_equal_values(differ, True, hint='x')", [1]),
        ("self.assert_equal_values((a.dim(), a.any()), (2, False))", [1]),
        (
            "self.assert_equal_values(got, expected)\nself.assertTrue(differ, 'expected another order, got the same')",
            [],
        ),
    ],
)
def test_a_bare_truth_value_is_found(source, found):
    assert list(bare_truths(source)) == found
