"""Each lab's challenge "Beat this number": its figure and spread are those that were measured."""

import json
import re

import pytest

from tests.paths import ROOT

LABS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb") if path.parent.name < "09")
FIGURE = re.compile(r"`([\d.]+%? \([\d.]+%?(?: to [\d.]+%?)?\))`")  # 0.493 (0.481 to 0.502)


@pytest.mark.parametrize("lab", LABS)
def test_the_figure_to_beat_was_measured(lab):
    cells = json.loads((ROOT / "solutions" / lab / f"{lab}.ipynb").read_text(encoding="utf-8"))["cells"]
    (challenge,) = ["".join(cell["source"]) for cell in cells if "Beat this number" in "".join(cell["source"])]
    assert "(not graded)" in challenge
    (figure,) = FIGURE.findall(challenge)
    printed = [text for cell in cells for output in cell.get("outputs", []) for text in output.get("text", [])]
    measured = "".join(printed) + (ROOT / "benchmarks" / "torch_docs.md").read_text(encoding="utf-8")
    assert figure in measured
