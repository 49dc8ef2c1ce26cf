"""nbgrader's Validate button tells the truth about the visible tests."""

import io

import nbformat
import pytest

pytest.importorskip("nbgrader")

from nbgrader.validator import Validator

from tests.nbgrader_course import DOUBLE, answered
from tests.tiny_course import COUNT, LAB

WRONG = "# Exercise: double\ndef double(x):\n    return x + x + x"


def validation(folder, notebook):
    """What the button shows."""
    path = folder / f"{LAB}.ipynb"
    nbformat.write(notebook, path)
    validator = Validator()
    validator.stream = io.StringIO()
    validator.validate_and_print(str(path))
    return validator.stream.getvalue()


def test_a_right_notebook_validates(released, tmp_path):
    right = answered(released, double=DOUBLE, count=COUNT, explain_nothing="Zero plus zero is zero.")
    assert validation(tmp_path, right) == "Success! Your notebook passes all the tests.\n"


def test_a_wrong_answer_fails_with_its_report_and_a_missing_one_is_named(released, tmp_path):
    said = validation(tmp_path, answered(released, double=WRONG, count=COUNT))
    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert "double: 1 of 2 tests passed, 0.5 of 1 points" in said
    assert "Twice [1, 2] is [2, 4]" in said and "expected:" in said
    assert "You did not provide a response." in said
    assert "count: " not in said
