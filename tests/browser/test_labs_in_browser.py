"""Each released lab in JupyterLab, as a student meets it: Run All on the untouched lab, a wrong answer, a right one."""

import json
import re
from pathlib import Path

import pytest

from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import find_lab

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
LABS = sorted(path.parent.name for path in (ROOT / "labs").glob("*/*.ipynb"))
RAW_ERROR = re.compile(r"Traceback|File \".*\", line|<class ")


@pytest.fixture(scope="module", params=LABS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def lab(open_notebook, name):
    """The untouched lab after Run All."""
    with open_notebook(ROOT / "labs" / name / f"{name}.ipynb") as opened:
        opened.run_all(timeout=180)
        yield opened


@pytest.fixture(scope="module")
def exercise(lab):
    """The lab's first exercise."""
    ids = [cell_id(cell) for cell in lab.cells]
    return next(one for one in ids if f"test_{one}" in ids)


def cell_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def right_answer(name, exercise):
    reference = json.loads((ROOT / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    return next("".join(cell["source"]) for cell in reference["cells"] if cell_id(cell) == exercise)


def wrong_answers(name, exercise):
    variants = load_variants(find_lab(name, ROOT))
    return [v.code for v in variants if v.exercise == exercise and v.kind is Kind.MISCONCEPTION]


def verdict(lab, exercise, source):
    """Type an answer, run it and its check, and read what the check says."""
    answer = lab.index_of(exercise)
    lab.type_into(answer, source)
    assert lab.run(answer) == ""
    return lab.run(lab.index_of(f"test_{exercise}"))


def test_run_all_reaches_the_end_of_the_untouched_lab(lab):
    assert lab.errors() == []
    assert lab.output(len(lab.cells) - 1)


def test_an_untouched_exercise_says_that_it_is_to_be_finished(lab, exercise):
    check = lab.output(lab.index_of(f"test_{exercise}"))
    assert re.search(r"finish", check, re.IGNORECASE)
    assert "✓" not in check
    assert not RAW_ERROR.search(check)


def test_a_wrong_answer_reads_what_was_expected_and_what_came_instead(lab, name, exercise):
    """Some mistakes show only in the hidden tests: the first that the visible ones see is read here."""
    verdicts = (verdict(lab, exercise, source) for source in wrong_answers(name, exercise))
    check = next(text for text in verdicts if "✗" in text)
    in_one_line = " ".join(check.split())  # a report breaks long titles
    assert re.search(r"✗ [^✗✓]+\(0/[\d.]+\) (expected: [^✗✓]+ got: .+|your code raised .+)", in_one_line)
    assert not RAW_ERROR.search(check)


def test_a_right_answer_passes_its_check(lab, name, exercise):
    check = verdict(lab, exercise, right_answer(name, exercise))
    assert "✓" in check
    assert "✗" not in check
