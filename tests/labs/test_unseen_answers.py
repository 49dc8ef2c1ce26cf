"""Answers that no lab knows: a mistake is named where it is a known one, and never another; right ones get full points.

unseen_answers/LAB.py has cells `# %% exercise: names of misconceptions`; `-` among them: no diagnosis is fine, too.
`right` instead: a right answer, written in an unusual way.
"""

import re

import pytest

from course_grader.audit.behaviours import mistakes_of
from course_grader.audit.check import InProcess
from course_grader.audit.diagnosing import Diagnosing
from course_grader.audit.judged_answers import judge_answers
from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT

FOLDER = ROOT / "tests" / "labs" / "unseen_answers"
LABS = lab_names(ROOT)
LEAST_NAMED = 0.8  # of the answers that make a known mistake
NOTHING, RIGHT = "-", {"right"}


def unseen(lab):
    """(exercise, names, code) of each answer."""
    cells = re.split(r"^# %% ", (FOLDER / f"{lab}.py").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for cell in cells:
        header, code = cell.split("\n", 1)
        exercise, names = header.split(": ", 1)
        yield exercise, set(names.split(" | ")), code


@pytest.mark.parametrize("lab", LABS)
def test_they_name_known_mistakes(lab):
    known = {
        (each.exercise, each.name) for each in load_variants(find_lab(lab, ROOT)) if each.kind is Kind.MISCONCEPTION
    }
    answers = list(unseen(lab))
    assert len(answers) >= 12
    for exercise, names, code in answers:
        assert {(exercise, name) for name in names - {NOTHING} - RIGHT} <= known
        compile(code, exercise, "exec")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # as in a kernel: what an answer warns of is no error
@pytest.mark.parametrize("lab", LABS)
def test_the_right_mistake_or_none(lab):
    found = find_lab(lab, ROOT)
    judge = InProcess(found.reference())
    diagnosing = Diagnosing(judge, mistakes_of(found, judge), load_variants(found))
    wrong, named = [], {"judge": [], "notebook": []}
    for exercise, names, code in unseen(lab):
        [answer] = judge_answers(judge, exercise, [{exercise: code}])
        assert (answer.lost == 0) == (names == RIGHT), (exercise, names, answer.tests)
        if names == RIGHT:
            continue
        said = diagnosing.of(exercise, answer)
        for place, all_named in named.items():
            told = set(getattr(said, place))
            if told and not told & names:
                wrong.append((place, exercise, names, told))
            if NOTHING not in names:
                all_named.append(bool(told & names))
    assert len(wrong) <= 1, wrong
    assert all(sum(each) >= LEAST_NAMED * len(each) for each in named.values()), named
