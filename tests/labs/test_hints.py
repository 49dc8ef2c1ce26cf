"""Hints fit what came back: one that names a cause is shown only where the value speaks for this cause."""

import pytest

from course_grader.audit.check import InProcess
from course_grader.notebooks import find_lab
from tests.paths import ROOT

CHOOSE, BM25 = "choose_hard_negative(ranked, gold)", "bm25_negatives(questions, *rest)"
MINE = "mine_hard_negatives(queries, items, positives, k=5, chunk_size=4096)"
# The function, the body of an answer, a part of a hint, and whether a visible test shows it.
ANSWERS = [
    (CHOOSE, "return next(each for each in ranked if each and each != gold)", "0 is a passage", True),
    (CHOOSE, "return ranked[0]", "0 is a passage", False),
    (CHOOSE, "return len(ranked)", "0 is a passage", False),
    (BM25, "return [[6], [2], []][: len(questions)]", "how many do you have to ask for", True),
    (BM25, "return [[0] for _ in questions]", "how many do you have to ask for", False),
    (MINE, "return {query: [4, 0] for query in positives}", "has a default", True),
    (MINE, "return {0: [0, 4], 1: [0, 4]}", "has a default", False),
    (MINE, "return {0: [0]}", "must be lower", True),
    (MINE, "return {0: []}", "must be lower", False),
]


@pytest.fixture(scope="module")
def judge():
    return InProcess(find_lab("06_hard_negatives", ROOT).reference())


@pytest.mark.parametrize(("function", "body", "hint", "shown"), ANSWERS)
def test_a_hint_fits_the_value(judge, function, body, hint, shown):
    exercise = function.partition("(")[0]
    source = f"def {function}:\n    {body}"
    outcomes = judge.outcomes({exercise: source}, [exercise])[exercise]
    visible = [outcome for outcome in outcomes if not outcome.hidden]
    assert any(outcome.status != "passed" for outcome in visible)
    assert any(hint in outcome.message for outcome in visible) is shown
