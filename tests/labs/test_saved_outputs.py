"""What the saved outputs of all labs have in common."""

import json
import re

import pytest

from course_utils.lines import WIDTH
from tests.paths import ROOT

NOTEBOOKS = sorted((ROOT / "solutions").glob("*/*.ipynb"))


NEGATIVE_ZERO = re.compile(r"(?<![\w.])[-−]0(\.0+)?%?(?![\w.])")


def printed_lines(path):
    """(cell, line) for each line that a notebook prints."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (cell["id"], line)
        for cell in cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
        for line in "".join(output["text"]).splitlines()
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_printed_lines_fit_the_page(path):
    """JupyterLab breaks a longer line of text anywhere, and then the columns of a table are no columns."""
    printed = printed_lines(path)
    assert printed
    assert [(cell, line) for cell, line in printed if len(line) > WIDTH] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_difference_that_rounds_to_0_has_no_minus(path):
    """The option z of a format prints -0.0004 as 0.000: f"{-0.0004:z.3f}"."""
    assert [(cell, line) for cell, line in printed_lines(path) if NEGATIVE_ZERO.search(line)] == []
