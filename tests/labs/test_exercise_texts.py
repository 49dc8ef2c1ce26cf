"""What a student reads on each exercise before solving it: time, difficulty, what it builds on, and three hints."""

import re

import nbformat
import pytest

from tests.paths import ROOT

LABS = sorted(path.stem for path in ROOT.glob("solutions/*/*.ipynb"))
FACTS = re.compile(r"^\*About \d+ minutes · (easy|medium|hard) · builds on .+\*$", re.MULTILINE)
HINT = re.compile(r"<details><summary>Hint (\d)</summary>\n\n(.+?)\n\n(?=<)", re.DOTALL)


def exercises(lab):
    """{id: text of the cell with its heading}."""
    cells = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    ids = [
        cell.metadata.nbgrader.grade_id
        for cell in cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    return {name: [text for text in texts if f"Exercise `{name}`" in text] for name in ids}


@pytest.mark.parametrize("lab", LABS)
def test_each_exercise_has_a_heading_with_its_facts(lab):
    for name, texts in exercises(lab).items():
        assert len(texts) == 1, name
        assert len(FACTS.findall(texts[0])) == 1, name


@pytest.mark.parametrize("lab", LABS)
def test_three_hints_unfold_one_inside_the_other(lab):
    for name, (text,) in exercises(lab).items():
        assert [number for number, _ in HINT.findall(text)] == ["1", "2", "3"], name
        assert text.endswith("</details></details></details>"), name
