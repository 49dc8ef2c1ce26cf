"""What the saved outputs of all labs have in common."""

import json

import pytest

from course_utils.lines import WIDTH
from tests.paths import ROOT

NOTEBOOKS = sorted((ROOT / "solutions").glob("*/*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_printed_lines_fit_the_page(path):
    """JupyterLab breaks a longer line of text anywhere, and then the columns of a table are no columns."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    printed = [
        (cell["id"], line)
        for cell in cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
        for line in "".join(output["text"]).splitlines()
    ]
    assert printed
    assert [(cell, line) for cell, line in printed if len(line) > WIDTH] == []
